/* A stand-in for NVIDIA's libnvidia-ml.so.1, for tests: the calls that are asked of it, with the
 * structures of the NVML API reference (R580), and a machine that is described in a few words.
 *
 * The words come from the file that NVML_DOUBLE_FILE names, read again whenever it changes, so
 * that things can happen to a driver in use; else from the variable NVML_DOUBLE. The first one is
 * the machine:
 *
 *   two        an RTX A5000, and an H100 that is cut into two slices (MIG)
 *   none       the driver works, and there is no GPU
 *   uma        one GB10, which shares the machine's memory
 *   old        one Tesla P100; a driver without the newer calls
 *   lost       as "two", but the first GPU has fallen off the bus
 *   reset      as "two", but the first GPU has to be reset
 *   empty      one H100 that may be cut into slices, and has none; another mode is pending
 *   noperm nodriver mismatch blocked unknown fail=CODE
 *              the library does not start, or no more: errors 4, 9, 18, 17, 999, CODE
 *   refuse=CODE as "two", but whatever may be refused is refused by that error
 *
 * Words after it: PLACE:PID:MIB is a process with memory of a GPU ("0"), or of a slice of it
 * ("1.0"); PLACE:PID:- is one whose memory is not told; PLACE:used:MIB is what is in use;
 * graphics:PLACE:PID:MIB is in the list of graphics; lists=CODE refuses lists of processes; slow=MS
 * delays the temperature, for as long as the word is there.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#define API __attribute__((visibility("default")))
#define MIB (1ULL << 20)
#define WHOLE 0xffffffffu
#define NOT_TOLD (~0ULL)
#define MOST 16

enum {
    SUCCESS = 0, UNINITIALIZED = 1, INVALID_ARGUMENT = 2, NOT_SUPPORTED = 3, NO_PERMISSION = 4,
    NOT_FOUND = 6, INSUFFICIENT_SIZE = 7, DRIVER_NOT_LOADED = 9, FUNCTION_NOT_FOUND = 13,
    GPU_IS_LOST = 15, RESET_REQUIRED = 16, OPERATING_SYSTEM = 17, LIB_RM_VERSION_MISMATCH = 18,
    UNKNOWN = 999
};

typedef struct {
    const char *place, *name, *uuid;
    int gpu, slice, gpu_instance, major, minor;
    unsigned long long total, used;
} Device;

static Device devices[] = {
    {"0", "NVIDIA RTX A5000", "GPU-00000000-aaaa-bbbb-cccc-000000000000", 0, -1, -1, 8, 6,
     24564 * MIB, 3072 * MIB},
    {"1", "NVIDIA H100 80GB HBM3", "GPU-11111111-aaaa-bbbb-cccc-111111111111", 1, -1, -1, 9, 0,
     81559 * MIB, 20480 * MIB},
    {"1.0", "NVIDIA H100 80GB HBM3 MIG 1g.10gb", "MIG-22222222-aaaa-bbbb-cccc-222222222222", 1, 0,
     9, 9, 0, 9856 * MIB, 2048 * MIB},
    {"1.1", "NVIDIA H100 80GB HBM3 MIG 2g.20gb", "MIG-33333333-aaaa-bbbb-cccc-333333333333", 1, 1,
     5, 9, 0, 19968 * MIB, 18432 * MIB},
};
static Device gb10 = {"0", "NVIDIA GB10", "GPU-44444444-aaaa-bbbb-cccc-444444444444", 0, -1, -1,
                      12, 1, 0, 0};
static Device p100 = {"0", "Tesla P100-PCIE-16GB", "GPU-55555555-aaaa-bbbb-cccc-555555555555", 0,
                      -1, -1, 6, 0, 16384 * MIB, 0};

/* -- the machine ---------------------------------------------------------------------------- */

typedef struct { char list[10], place[8]; unsigned pid; unsigned long long memory; } Process;

static char machine[32] = "two";
static Process processes[MOST];
static int process_count, no_lists, refusal, slow_ms, opened;
static unsigned long calls;

static Device *device_at(const char *place) {
    if (!strcmp(machine, "uma")) return &gb10;
    if (!strcmp(machine, "old")) return &p100;
    for (int i = 0; i < 4; i++)
        if (!strcmp(devices[i].place, place)) return &devices[i];
    return NULL;
}

static void take_word(char *word) {
    char list[10] = "Compute", place[8], amount[24];
    unsigned pid;
    if (sscanf(word, "slow=%d", &slow_ms) == 1) return;
    if (sscanf(word, "lists=%d", &no_lists) == 1) return;
    if (!strncmp(word, "graphics:", 9)) { strcpy(list, "Graphics"); word += 9; }
    if (sscanf(word, "%7[^:]:used:%23s", place, amount) == 2) {
        Device *device = device_at(place);
        if (device) device->used = strtoull(amount, NULL, 10) * MIB;
        return;
    }
    if (sscanf(word, "%7[^:]:%u:%23s", place, &pid, amount) == 3 && process_count < MOST) {
        Process *process = &processes[process_count++];
        strcpy(process->list, list);
        strcpy(process->place, place);
        process->pid = pid;
        process->memory = *amount == '-' ? NOT_TOLD : strtoull(amount, NULL, 10) * MIB;
    }
}

static void take_words(char *text) {
    char *rest = NULL, *word = strtok_r(text, " \n", &rest);
    process_count = no_lists = refusal = slow_ms = 0;
    snprintf(machine, sizeof machine, "%s", word ? word : "two");
    if (sscanf(machine, "refuse=%d", &refusal) == 1) strcpy(machine, "two");
    while ((word = strtok_r(NULL, " \n", &rest))) take_word(word);
}

static void look(void) {
    static char known[4096];
    static struct timespec changed;
    static int first = 1;
    char text[4096] = "";
    const char *path = getenv("NVML_DOUBLE_FILE"), *words = getenv("NVML_DOUBLE");
    struct stat state;
    if (path) {
        if (stat(path, &state)) return;
        if (!first && state.st_mtim.tv_sec == changed.tv_sec &&
            state.st_mtim.tv_nsec == changed.tv_nsec) return;
        FILE *file = fopen(path, "r");
        if (!file) return;
        text[fread(text, 1, sizeof text - 1, file)] = 0;
        fclose(file);
        changed = state.st_mtim;
    } else {
        snprintf(text, sizeof text, "%s", words ? words : "two");
        if (!first && !strcmp(text, known)) return;
        strcpy(known, text);
    }
    first = 0;
    take_words(text);
}

static int is(const char *name) { return !strcmp(machine, name); }

/* Why nothing works at all, as the machine is now. */
static int failure(void) {
    int code;
    if (sscanf(machine, "fail=%d", &code) == 1) return code;
    if (is("noperm")) return NO_PERMISSION;
    if (is("nodriver")) return DRIVER_NOT_LOADED;
    if (is("mismatch")) return LIB_RM_VERSION_MISMATCH;
    if (is("blocked")) return OPERATING_SYSTEM;
    if (is("unknown")) return UNKNOWN;
    return SUCCESS;
}

/* Every call begins so. */
static int begin(void) {
    calls++;
    look();
    return opened ? failure() : UNINITIALIZED;
}

static int begin_device(const Device *device) {
    int code = begin();
    if (code) return code;
    if (device->gpu == 0 && is("lost")) return GPU_IS_LOST;
    if (device->gpu == 0 && is("reset")) return RESET_REQUIRED;
    return SUCCESS;
}

#define BEGIN { int code_ = begin(); if (code_) return code_; }
#define BEGIN_DEVICE { int code_ = begin_device(device); if (code_) return code_; }
#define OPTIONAL BEGIN_DEVICE if (refusal) return refusal;
#define WHOLE_GPU_ONLY if (device->slice >= 0) return INVALID_ARGUMENT;
#define NOT_OLD if (is("old")) return FUNCTION_NOT_FOUND;

static int put(char *buffer, unsigned size, const char *text) {
    if (strlen(text) + 1 > size) return INSUFFICIENT_SIZE;
    strcpy(buffer, text);
    return SUCCESS;
}

static int is_cut(const Device *device) {
    return device->gpu == 1 || is("empty");
}

/* -- the library ----------------------------------------------------------------------------- */

API unsigned long nvmlDoubleCalls(void) { return calls; }

API int nvmlInitWithFlags(unsigned flags) {
    (void)flags;
    calls++;
    look();
    int code = failure();
    if (!code) opened++;
    return code;
}
API int nvmlInit_v2(void) { return nvmlInitWithFlags(0); }
API int nvmlInit(void) { return nvmlInitWithFlags(0); }
API int nvmlShutdown(void) {
    calls++;
    if (!opened) return UNINITIALIZED;
    opened--;
    return SUCCESS;
}
API const char *nvmlErrorString(int code) { (void)code; return "an error of the stand-in"; }
API int nvmlSystemGetDriverVersion(char *buffer, unsigned size) {
    BEGIN return put(buffer, size, is("old") ? "470.256.02" : "580.95.05");
}
API int nvmlSystemGetCudaDriverVersion_v2(int *version) {
    look();
    *version = is("old") ? 11040 : 13000;
    return SUCCESS;
}
API int nvmlSystemGetCudaDriverVersion(int *version) {
    return nvmlSystemGetCudaDriverVersion_v2(version);
}

/* -- devices --------------------------------------------------------------------------------- */

API int nvmlDeviceGetCount_v2(unsigned *count) {
    BEGIN
    *count = is("none") ? 0 : is("uma") || is("old") || is("empty") ? 1 : 2;
    return SUCCESS;
}
API int nvmlDeviceGetHandleByIndex_v2(unsigned index, Device **device) {
    unsigned count;
    int code = nvmlDeviceGetCount_v2(&count);
    if (code) return code;
    if (index >= count) return INVALID_ARGUMENT;
    *device = is("empty") ? &devices[1] : is("uma") ? &gb10 : is("old") ? &p100 : &devices[index];
    return begin_device(*device);
}
API int nvmlDeviceGetName(Device *device, char *buffer, unsigned size) {
    OPTIONAL return put(buffer, size, device->name);
}
API int nvmlDeviceGetUUID(Device *device, char *buffer, unsigned size) {
    BEGIN_DEVICE return put(buffer, size, device->uuid);
}
API int nvmlDeviceGetMinorNumber(Device *device, unsigned *minor) {
    OPTIONAL WHOLE_GPU_ONLY
    *minor = device->gpu;
    return SUCCESS;
}
API int nvmlDeviceGetCudaComputeCapability(Device *device, int *major, int *minor) {
    OPTIONAL
    *major = device->major;
    *minor = device->minor;
    return SUCCESS;
}

typedef struct { char legacy[16]; unsigned domain, bus, device, id, subsystem; char address[32]; }
    Pci;
API int nvmlDeviceGetPciInfo_v3(Device *device, Pci *pci) {
    OPTIONAL WHOLE_GPU_ONLY
    memset(pci, 0, sizeof *pci);
    pci->bus = 7 + device->gpu;
    snprintf(pci->address, sizeof pci->address, "00000000:%02X:00.0", pci->bus);
    return SUCCESS;
}

typedef struct { unsigned long long total, free, used; } Memory;
typedef struct { unsigned version; unsigned long long total, reserved, free, used; } MemoryV2;
API int nvmlDeviceGetMemoryInfo(Device *device, Memory *memory) {
    OPTIONAL
    if (is("uma")) return NOT_SUPPORTED;
    *memory = (Memory){device->total, device->total - device->used, device->used};
    return SUCCESS;
}
API int nvmlDeviceGetMemoryInfo_v2(Device *device, MemoryV2 *memory) {
    OPTIONAL NOT_OLD
    if (is("uma")) return NOT_SUPPORTED;
    memory->total = device->total;
    memory->reserved = 512 * MIB;
    memory->used = device->used;
    memory->free = device->total - device->used - memory->reserved;
    return SUCCESS;
}

typedef struct { unsigned gpu, memory; } Utilization;
API int nvmlDeviceGetUtilizationRates(Device *device, Utilization *rates) {
    OPTIONAL
    if (device->slice >= 0 || is_cut(device)) return NOT_SUPPORTED;
    *rates = (Utilization){42, 17};
    return SUCCESS;
}
API int nvmlDeviceGetTemperature(Device *device, int sensor, unsigned *degrees) {
    (void)sensor;
    struct timespec moment = {0, 5000000};
    OPTIONAL WHOLE_GPU_ONLY
    for (int waited = 0; waited < slow_ms; waited += 5) {
        nanosleep(&moment, NULL);
        look();
    }
    *degrees = 55 + device->gpu;
    return SUCCESS;
}
API int nvmlDeviceGetPowerUsage(Device *device, unsigned *milliwatts) {
    OPTIONAL
    if (device->slice >= 0 || is("uma")) return NOT_SUPPORTED;
    *milliwatts = 123456;
    return SUCCESS;
}
API int nvmlDeviceGetEnforcedPowerLimit(Device *device, unsigned *milliwatts) {
    OPTIONAL
    if (device->slice >= 0 || is("uma")) return NOT_SUPPORTED;
    *milliwatts = 230000;
    return SUCCESS;
}
API int nvmlDeviceGetCurrentClocksThrottleReasons(Device *device, unsigned long long *reasons) {
    OPTIONAL
    if (device->slice >= 0) return NOT_SUPPORTED;
    *reasons = device->gpu ? 0x1 : 0x4 | 0x20;
    return SUCCESS;
}
API int nvmlDeviceGetCurrentClocksEventReasons(Device *device, unsigned long long *reasons) {
    NOT_OLD return nvmlDeviceGetCurrentClocksThrottleReasons(device, reasons);
}
API int nvmlDeviceGetTotalEccErrors(
    Device *device, int kind, int counter, unsigned long long *count) {
    (void)kind, (void)counter;
    OPTIONAL
    if (device->gpu == 0) return NOT_SUPPORTED;
    *count = 2;
    return SUCCESS;
}
API int nvmlDeviceGetRemappedRows(
    Device *device, unsigned *corrected, unsigned *uncorrected, unsigned *pending,
    unsigned *failed) {
    OPTIONAL
    if (device->gpu == 0) return NOT_SUPPORTED;
    *corrected = *uncorrected = *pending = *failed = 0;
    return SUCCESS;
}
API int nvmlDeviceGetComputeMode(Device *device, int *mode) {
    OPTIONAL
    *mode = device->gpu ? 0 : 3;
    return SUCCESS;
}

/* -- slices ---------------------------------------------------------------------------------- */

API int nvmlDeviceGetMigMode(Device *device, unsigned *now, unsigned *pending) {
    BEGIN_DEVICE NOT_OLD
    if (device->slice >= 0) return INVALID_ARGUMENT;
    if (!is_cut(device) || is("uma")) return NOT_SUPPORTED;
    *now = 1;
    *pending = is("empty") ? 0 : 1;
    return SUCCESS;
}
API int nvmlDeviceGetMaxMigDeviceCount(Device *device, unsigned *count) {
    BEGIN_DEVICE NOT_OLD
    *count = is_cut(device) ? 7 : 0;
    return SUCCESS;
}
API int nvmlDeviceGetMigDeviceHandleByIndex(Device *device, unsigned index, Device **slice) {
    BEGIN_DEVICE NOT_OLD
    if (!is_cut(device) || is("empty") || index >= 2) return NOT_FOUND;
    *slice = &devices[2 + index];
    return SUCCESS;
}
API int nvmlDeviceGetGpuInstanceId(Device *device, unsigned *id) {
    OPTIONAL
    if (device->slice < 0) return INVALID_ARGUMENT;
    *id = device->gpu_instance;
    return SUCCESS;
}
API int nvmlDeviceGetComputeInstanceId(Device *device, unsigned *id) {
    OPTIONAL
    if (device->slice < 0) return INVALID_ARGUMENT;
    *id = 0;
    return SUCCESS;
}

/* -- processes ------------------------------------------------------------------------------- */

typedef struct { unsigned pid; unsigned long long memory; unsigned gpu_instance, compute_instance; }
    ProcessInfo;

static int list(const char *kind, Device *device, unsigned *count, ProcessInfo *infos) {
    unsigned found = 0, room = *count;
    BEGIN_DEVICE
    if (no_lists) return no_lists;
    if (refusal) return refusal;
    for (int i = 0; i < process_count; i++) {
        if (strcmp(processes[i].list, kind) || device_at(processes[i].place) != device) continue;
        if (infos && found < room)
            infos[found] = (ProcessInfo){
                processes[i].pid, processes[i].memory,
                device->slice < 0 ? WHOLE : (unsigned)device->gpu_instance,
                device->slice < 0 ? WHOLE : 0};
        found++;
    }
    *count = found;
    return found > room || (found && !infos) ? INSUFFICIENT_SIZE : SUCCESS;
}

/* An old driver has the second version only, which has the same structure. */
#define LIST(KIND) \
    API int nvmlDeviceGet##KIND##RunningProcesses_v2( \
        Device *device, unsigned *count, ProcessInfo *infos) { \
        return list(#KIND, device, count, infos); \
    } \
    API int nvmlDeviceGet##KIND##RunningProcesses_v3( \
        Device *device, unsigned *count, ProcessInfo *infos) { \
        NOT_OLD return list(#KIND, device, count, infos); \
    }
LIST(Compute)
LIST(Graphics)
LIST(MPSCompute)
