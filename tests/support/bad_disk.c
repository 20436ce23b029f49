/* A disk that is full, slow, forgetful or far away, below some paths, and a clock that was set.
 *
 * Preloaded into a process and those that it starts. What to do is in a file that all of them map
 * (BAD_DISK names it; bad_disk.py writes it), so that it may change while they run, and so that
 * they have one disk together: what one writes the other has no more room for.
 *
 * It sees the calls that go through libc's own symbols: Python's, py-rattler's and uv's. Those
 * that a program makes by itself, or libc inside (stdio), pass.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

enum {
    WRITE = 1, CREATE = 2, LINK = 4, LOCK = 8, STAT = 16, OPEN = 32, FLUSH = 64, RENAME = 128,
    EXCHANGE = 256, REMOVE = 512, RESERVE = 1024, CLONE = 2048
};

/* The layout is bad_disk.py's too. */
struct rule {
    char path[504];
    int32_t calls, error;
    int64_t after, times, wait_ms;
    _Atomic int64_t used, hits;
};

struct orders {
    _Atomic int64_t clock_ns;
    _Atomic int64_t rules;
    struct rule rule[16];
};

static struct orders *orders;

#define REAL(name) ((__typeof__(&name))real(#name))

static void *real(const char *name) { return dlsym(RTLD_NEXT, name); }

__attribute__((constructor)) static void begin(void) {
    const char *file = getenv("BAD_DISK");
    if (file == NULL || orders != NULL) return;
    int fd = REAL(open64)(file, O_RDWR | O_CLOEXEC);
    if (fd < 0) return;
    void *there = mmap(NULL, sizeof *orders, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    close(fd);
    if (there != MAP_FAILED) orders = there;
}

static int below(const char *path, const char *root) {
    size_t length = strlen(root);
    return strncmp(path, root, length) == 0 && (path[length] == 0 || path[length] == '/');
}

static int wanted(int calls) {
    if (orders == NULL) return 0;
    for (int i = 0; i < orders->rules; i++)
        if (orders->rule[i].calls & calls) return 1;
    return 0;
}

/* Whether to fail (the error is in errno), and how many bytes of a write still fit. */
static int refused(int call, const char *path, int64_t amount, int64_t *fit) {
    for (int i = 0; i < orders->rules; i++) {
        struct rule *rule = &orders->rule[i];
        if (!(rule->calls & call) || !below(path, rule->path)) continue;
        if (rule->wait_ms) {
            struct timespec pause = {rule->wait_ms / 1000, rule->wait_ms % 1000 * 1000000};
            nanosleep(&pause, NULL);
            atomic_fetch_add(&rule->hits, 1);
        }
        if (rule->error == 0) continue;
        int64_t before = atomic_fetch_add(&rule->used, amount);
        if (before + amount <= rule->after) continue;
        if (rule->times >= 0 && rule->hits >= rule->times) continue;
        atomic_fetch_add(&rule->hits, 1);
        if (fit != NULL && before < rule->after) {
            *fit = rule->after - before;
            return 0;
        }
        errno = rule->error;
        return 1;
    }
    return 0;
}

static int path_of(int fd, char *path) {
    char link[40];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, PATH_MAX - 1);
    path[length < 0 ? 0 : length] = 0;
    return length > 0 && path[0] == '/';
}

static int bad_at(int call, int folder, const char *name) {
    char path[2 * PATH_MAX];
    if (!wanted(call) || name == NULL) return 0;
    if (name[0] == '/') return refused(call, name, 1, NULL);
    if (folder == AT_FDCWD ? getcwd(path, PATH_MAX) == NULL : !path_of(folder, path)) return 0;
    if (name[0]) {
        strcat(path, "/");
        strncat(path, name, PATH_MAX);
    }
    return refused(call, path, 1, NULL);
}

static int bad_file(int call, int fd, int64_t amount, int64_t *fit) {
    char path[PATH_MAX];
    return wanted(call) && path_of(fd, path) && refused(call, path, amount, fit);
}

/* -- names ------------------------------------------------------------------------------------ */

static int bad_open(int folder, const char *path, int flags) {
    if (bad_at(OPEN, folder, path)) return 1;
    if (!(flags & O_CREAT) || !wanted(CREATE)) return 0;
    struct stat there;
    if (REAL(fstatat)(folder, path, &there, 0) == 0) return 0;
    return bad_at(CREATE, folder, path);
}

static int mode_of(int flags, va_list more) {
    return flags & (O_CREAT | __O_TMPFILE) ? va_arg(more, int) : 0;
}

#define OPENS(name)                                                                               \
    int name(const char *path, int flags, ...) {                                                  \
        va_list more;                                                                             \
        va_start(more, flags);                                                                    \
        int mode = mode_of(flags, more);                                                          \
        va_end(more);                                                                             \
        return bad_open(AT_FDCWD, path, flags) ? -1 : REAL(name)(path, flags, mode);              \
    }
#define OPENS_AT(name)                                                                            \
    int name(int folder, const char *path, int flags, ...) {                                      \
        va_list more;                                                                             \
        va_start(more, flags);                                                                    \
        int mode = mode_of(flags, more);                                                          \
        va_end(more);                                                                             \
        return bad_open(folder, path, flags) ? -1 : REAL(name)(folder, path, flags, mode);        \
    }
OPENS(open)
OPENS(open64)
OPENS_AT(openat)
OPENS_AT(openat64)

int mkdir(const char *path, mode_t mode) {
    return bad_at(CREATE, AT_FDCWD, path) ? -1 : REAL(mkdir)(path, mode);
}
int mkdirat(int folder, const char *path, mode_t mode) {
    return bad_at(CREATE, folder, path) ? -1 : REAL(mkdirat)(folder, path, mode);
}
int symlink(const char *text, const char *path) {
    return bad_at(CREATE, AT_FDCWD, path) ? -1 : REAL(symlink)(text, path);
}
int symlinkat(const char *text, int folder, const char *path) {
    return bad_at(CREATE, folder, path) ? -1 : REAL(symlinkat)(text, folder, path);
}
int link(const char *from, const char *to) {
    return bad_at(LINK, AT_FDCWD, to) ? -1 : REAL(link)(from, to);
}
int linkat(int one, const char *from, int other, const char *to, int flags) {
    return bad_at(LINK, other, to) ? -1 : REAL(linkat)(one, from, other, to, flags);
}
int rename(const char *from, const char *to) {
    return bad_at(RENAME, AT_FDCWD, to) ? -1 : REAL(rename)(from, to);
}
int renameat(int one, const char *from, int other, const char *to) {
    return bad_at(RENAME, other, to) ? -1 : REAL(renameat)(one, from, other, to);
}
int renameat2(int one, const char *from, int other, const char *to, unsigned flags) {
    int call = flags & RENAME_EXCHANGE ? EXCHANGE : RENAME;
    return bad_at(call, other, to) ? -1 : REAL(renameat2)(one, from, other, to, flags);
}
int unlink(const char *path) {
    return bad_at(REMOVE, AT_FDCWD, path) ? -1 : REAL(unlink)(path);
}
int unlinkat(int folder, const char *path, int flags) {
    return bad_at(REMOVE, folder, path) ? -1 : REAL(unlinkat)(folder, path, flags);
}

#define STATS(name, type)                                                                         \
    int name(const char *path, struct type *there) {                                              \
        return bad_at(STAT, AT_FDCWD, path) ? -1 : REAL(name)(path, there);                       \
    }
STATS(stat, stat)
STATS(stat64, stat64)
STATS(lstat, stat)
STATS(lstat64, stat64)
int fstatat(int folder, const char *path, struct stat *there, int flags) {
    return bad_at(STAT, folder, path) ? -1 : REAL(fstatat)(folder, path, there, flags);
}
int fstatat64(int folder, const char *path, struct stat64 *there, int flags) {
    return bad_at(STAT, folder, path) ? -1 : REAL(fstatat64)(folder, path, there, flags);
}
int statx(int folder, const char *path, int flags, unsigned mask, struct statx *there) {
    return bad_at(STAT, folder, path) ? -1 : REAL(statx)(folder, path, flags, mask, there);
}

/* -- contents --------------------------------------------------------------------------------- */

ssize_t write(int fd, const void *data, size_t count) {
    int64_t fit = (int64_t)count;
    return bad_file(WRITE, fd, fit, &fit) ? -1 : REAL(write)(fd, data, (size_t)fit);
}
ssize_t pwrite64(int fd, const void *data, size_t count, off64_t offset) {
    int64_t fit = (int64_t)count;
    return bad_file(WRITE, fd, fit, &fit) ? -1 : REAL(pwrite64)(fd, data, (size_t)fit, offset);
}
ssize_t writev(int fd, const struct iovec *parts, int count) {
    int64_t total = 0;
    for (int i = 0; i < count; i++) total += (int64_t)parts[i].iov_len;
    return bad_file(WRITE, fd, total, NULL) ? -1 : REAL(writev)(fd, parts, count);
}
ssize_t copy_file_range(int in, off64_t *from, int out, off64_t *to, size_t count, unsigned flags) {
    if (bad_file(WRITE, out, (int64_t)count, NULL)) return -1;
    return REAL(copy_file_range)(in, from, out, to, count, flags);
}
ssize_t sendfile64(int out, int in, off64_t *from, size_t count) {
    return bad_file(WRITE, out, (int64_t)count, NULL) ? -1 : REAL(sendfile64)(out, in, from, count);
}
int fallocate(int fd, int mode, off_t from, off_t count) {
    return bad_file(RESERVE, fd, count, NULL) ? -1 : REAL(fallocate)(fd, mode, from, count);
}
int fallocate64(int fd, int mode, off64_t from, off64_t count) {
    return bad_file(RESERVE, fd, count, NULL) ? -1 : REAL(fallocate64)(fd, mode, from, count);
}
int fsync(int fd) { return bad_file(FLUSH, fd, 1, NULL) ? -1 : REAL(fsync)(fd); }
int fdatasync(int fd) { return bad_file(FLUSH, fd, 1, NULL) ? -1 : REAL(fdatasync)(fd); }
int syncfs(int fd) { return bad_file(FLUSH, fd, 1, NULL) ? -1 : REAL(syncfs)(fd); }

int ioctl(int fd, unsigned long request, ...) {
    va_list more;
    va_start(more, request);
    void *argument = va_arg(more, void *);
    va_end(more);
    const unsigned long clone = 0x40049409; /* FICLONE of linux/fs.h */
    if (request == clone && bad_file(CLONE, fd, 1, NULL)) return -1;
    return REAL(ioctl)(fd, request, argument);
}

/* -- locks ------------------------------------------------------------------------------------ */

int flock(int fd, int operation) {
    return bad_file(LOCK, fd, 1, NULL) ? -1 : REAL(flock)(fd, operation);
}

static int bad_control(int fd, int command) {
    int locks = command == F_SETLK || command == F_SETLKW || command == F_GETLK ||
                command == F_OFD_SETLK || command == F_OFD_SETLKW;
    return locks && bad_file(LOCK, fd, 1, NULL);
}

#define CONTROLS(name)                                                                            \
    int name(int fd, int command, ...) {                                                          \
        va_list more;                                                                             \
        va_start(more, command);                                                                  \
        void *argument = va_arg(more, void *);                                                    \
        va_end(more);                                                                             \
        return bad_control(fd, command) ? -1 : REAL(name)(fd, command, argument);                 \
    }
CONTROLS(fcntl)
CONTROLS(fcntl64)

/* -- the time --------------------------------------------------------------------------------- */

static void shift(struct timespec *now) {
    int64_t by = orders == NULL ? 0 : orders->clock_ns;
    if (by == 0) return;
    int64_t moment = now->tv_sec * INT64_C(1000000000) + now->tv_nsec + by;
    now->tv_sec = moment / 1000000000;
    now->tv_nsec = moment % 1000000000;
}

int clock_gettime(clockid_t which, struct timespec *now) {
    int done = REAL(clock_gettime)(which, now);
    if (done == 0 && (which == CLOCK_REALTIME || which == CLOCK_REALTIME_COARSE)) shift(now);
    return done;
}
time_t time(time_t *there) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (there != NULL) *there = now.tv_sec;
    return now.tv_sec;
}
int gettimeofday(struct timeval *there, void *zone) {
    struct timespec now;
    (void)zone;
    clock_gettime(CLOCK_REALTIME, &now);
    there->tv_sec = now.tv_sec;
    there->tv_usec = now.tv_nsec / 1000;
    return 0;
}
