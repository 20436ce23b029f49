/* Ends a process by SIGKILL right after its n-th change of the file system.

   Loaded by LD_PRELOAD into every process; at work only in one whose command line holds
   CHAOS_VICTIM. Counted are changes below CHAOS_BELOW, but for the files of packages and of
   what is in the trash: thousands, between which nothing of interest happens.

   CHAOS_AT     the change after which it dies; 0: never
   CHAOS_WHEN   or how the line of the change begins after which it dies
   CHAOS_GROUP  "1": its whole process group dies
   CHAOS_LOG    takes a line for each change                                              */

#include <dlfcn.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

static int at_work = 0, to_group = 0;
static long last = 0;
static atomic_long changes = 0;
static char below[PATH_MAX], when[PATH_MAX];
static int log_file = -1;

__attribute__((constructor)) static void begin(void) {
    const char *victim = getenv("CHAOS_VICTIM"), *root = getenv("CHAOS_BELOW");
    const char *at = getenv("CHAOS_AT"), *log = getenv("CHAOS_LOG"), *group = getenv("CHAOS_GROUP");
    char line[8192];
    if (!victim || !root || !at || !log)
        return;
    int file = (int)syscall(SYS_openat, AT_FDCWD, "/proc/self/cmdline", O_RDONLY | O_CLOEXEC, 0);
    if (file < 0)
        return;
    ssize_t size = syscall(SYS_read, file, line, sizeof line - 1);
    syscall(SYS_close, file);
    if (size <= 0)
        return;
    for (ssize_t i = 0; i < size - 1; i++)
        if (line[i] == 0)
            line[i] = ' ';
    line[size] = 0;
    if (!strstr(line, victim))
        return;
    snprintf(below, sizeof below, "%s/", root);
    if (getenv("CHAOS_WHEN"))
        snprintf(when, sizeof when, "%s", getenv("CHAOS_WHEN"));
    last = atol(at);
    to_group = group && group[0] == '1';
    log_file = (int)syscall(SYS_openat, AT_FDCWD, log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    at_work = log_file >= 0;
}

/* The path that a call is about, absolute, if it can be told. */
static int whole(int folder, const char *path, char *found) {
    char link[64];
    if (!path)
        return 0;
    if (path[0] == '/')
        return snprintf(found, PATH_MAX, "%s", path) < PATH_MAX;
    if (folder == AT_FDCWD)
        return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", folder);
    ssize_t size = syscall(SYS_readlinkat, AT_FDCWD, link, found, PATH_MAX - 1);
    if (size <= 0)
        return 0;
    found[size] = 0;
    return path[0] == 0 || snprintf(found + size, PATH_MAX - size, "/%s", path) < PATH_MAX - size;
}

static int counts(const char *path) {
    if (strncmp(path, below, strlen(below)) != 0)
        return 0;
    const char *hidden = strstr(path, "/.jupyter-envs/");
    if (!hidden)
        return 1;
    const char *rest = strchr(hidden + strlen("/.jupyter-envs/"), '/');
    if (!rest)
        return 1;
    int trash = strncmp(hidden, "/.jupyter-envs/.trash/", strlen("/.jupyter-envs/.trash/")) == 0;
    const char *inside = strchr(rest + 1, '/');
    if (trash)
        return inside == NULL;
    if (!inside || rest[1] < '0' || rest[1] > '9')
        return 1;
    return strncmp(inside, "/conda-meta/jupyter-envs", strlen("/conda-meta/jupyter-envs")) == 0;
}

static void changed(const char *what, int folder, const char *path) {
    char found[PATH_MAX], line[PATH_MAX + 64];
    if (!at_work || !whole(folder, path, found) || !counts(found))
        return;
    long number = atomic_fetch_add(&changes, 1) + 1;
    int size = snprintf(line, sizeof line, "%s %s\n", what, found + strlen(below));
    syscall(SYS_write, log_file, line, size);
    if ((last && number >= last) || (when[0] && strncmp(line, when, strlen(when)) == 0)) {
        syscall(SYS_kill, to_group ? 0 : getpid(), SIGKILL);
        for (;;)
            pause();
    }
}

#define REAL(name) __typeof__(name) *real = (__typeof__(name) *)dlsym(RTLD_NEXT, #name)

int rename(const char *from, const char *to) {
    REAL(rename);
    int done = real(from, to);
    if (done == 0)
        changed("rename", AT_FDCWD, to);
    return done;
}

int renameat(int from_folder, const char *from, int to_folder, const char *to) {
    REAL(renameat);
    int done = real(from_folder, from, to_folder, to);
    if (done == 0)
        changed("rename", to_folder, to);
    return done;
}

int renameat2(int from_folder, const char *from, int to_folder, const char *to, unsigned how) {
    REAL(renameat2);
    int done = real(from_folder, from, to_folder, to, how);
    if (done == 0)
        changed(how ? "exchange" : "rename", to_folder, to);
    return done;
}

int symlink(const char *text, const char *path) {
    REAL(symlink);
    int done = real(text, path);
    if (done == 0)
        changed("symlink", AT_FDCWD, path);
    return done;
}

int symlinkat(const char *text, int folder, const char *path) {
    REAL(symlinkat);
    int done = real(text, folder, path);
    if (done == 0)
        changed("symlink", folder, path);
    return done;
}

int unlink(const char *path) {
    REAL(unlink);
    int done = real(path);
    if (done == 0)
        changed("unlink", AT_FDCWD, path);
    return done;
}

int unlinkat(int folder, const char *path, int flags) {
    REAL(unlinkat);
    int done = real(folder, path, flags);
    if (done == 0)
        changed("unlink", folder, path);
    return done;
}

int rmdir(const char *path) {
    REAL(rmdir);
    int done = real(path);
    if (done == 0)
        changed("rmdir", AT_FDCWD, path);
    return done;
}

int mkdir(const char *path, mode_t mode) {
    REAL(mkdir);
    int done = real(path, mode);
    if (done == 0)
        changed("mkdir", AT_FDCWD, path);
    return done;
}

int mkdirat(int folder, const char *path, mode_t mode) {
    REAL(mkdirat);
    int done = real(folder, path, mode);
    if (done == 0)
        changed("mkdir", folder, path);
    return done;
}

int fsync(int file) {
    REAL(fsync);
    int done = real(file);
    if (done == 0)
        changed("fsync", file, "");
    return done;
}

/* Journals and the ledger: nothing else is appended to. */
ssize_t write(int file, const void *data, size_t size) {
    REAL(write);
    ssize_t done = real(file, data, size);
    if (at_work && done > 0 && (fcntl(file, F_GETFL) & O_APPEND))
        changed("append", file, "");
    return done;
}

/* A file that comes into being, still empty. */
#define OPEN(name, folder, parameters, arguments)                                                  \
    int name parameters {                                                                          \
        REAL(name);                                                                                \
        mode_t mode = 0;                                                                           \
        if (flags & (O_CREAT | O_TMPFILE)) {                                                       \
            va_list more;                                                                          \
            va_start(more, flags);                                                                 \
            mode = va_arg(more, mode_t);                                                           \
            va_end(more);                                                                          \
        }                                                                                          \
        int made = at_work && (flags & O_CREAT) &&                                                 \
                   syscall(SYS_faccessat, folder, path, F_OK) != 0;                                \
        int done = real arguments;                                                                 \
        if (done >= 0 && made)                                                                     \
            changed("create", folder, path);                                                       \
        return done;                                                                               \
    }

OPEN(open, AT_FDCWD, (const char *path, int flags, ...), (path, flags, mode))
OPEN(open64, AT_FDCWD, (const char *path, int flags, ...), (path, flags, mode))
OPEN(openat, directory, (int directory, const char *path, int flags, ...), (directory, path, flags, mode))
OPEN(openat64, directory, (int directory, const char *path, int flags, ...), (directory, path, flags, mode))
