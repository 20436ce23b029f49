/* As much of NVIDIA's management library as a solver asks: which CUDA the driver supports, and
 * which compute capability each GPU has. FAKE_CUDA=13000 means CUDA 13.0; FAKE_CAPABILITIES=6.1,9.0
 * means two GPUs. Tests only. */
#include <stdlib.h>
#include <string.h>

#define SHOWN __attribute__((visibility("default")))
enum { OK = 0, INVALID = 2 };

static const char *capabilities(void)
{
    const char *text = getenv("FAKE_CAPABILITIES");
    return text ? text : "";
}

static unsigned count(void)
{
    unsigned found = *capabilities() != '\0';
    for (const char *c = capabilities(); *c; c++)
        found += *c == ',';
    return found;
}

SHOWN int nvmlInit_v2(void) { return OK; }
SHOWN int nvmlInit(void) { return OK; }
SHOWN int nvmlInitWithFlags(unsigned flags) { (void)flags; return OK; }
SHOWN int nvmlShutdown(void) { return OK; }

SHOWN int nvmlSystemGetCudaDriverVersion_v2(int *version)
{
    const char *text = getenv("FAKE_CUDA");
    *version = text ? atoi(text) : 13000;
    return OK;
}

SHOWN int nvmlSystemGetCudaDriverVersion(int *version)
{
    return nvmlSystemGetCudaDriverVersion_v2(version);
}

SHOWN int nvmlSystemGetDriverVersion(char *text, unsigned size)
{
    /* The driver that came with CUDA 13.0; nothing here depends on it. */
    strncpy(text, "580.65.06", size);
    return OK;
}

SHOWN int nvmlDeviceGetUUID(void *device, char *text, unsigned size)
{
    strncpy(text, "GPU-00000000-0000-0000-0000-000000000000", size);
    if (size > 4)
        text[4] = (char)('0' + (size_t)device - 1);
    return OK;
}

SHOWN int nvmlDeviceGetName(void *device, char *text, unsigned size)
{
    (void)device;
    strncpy(text, "Test GPU", size);
    return OK;
}

SHOWN int nvmlDeviceGetCount_v2(unsigned *found)
{
    *found = count();
    return OK;
}

SHOWN int nvmlDeviceGetHandleByIndex_v2(unsigned index, void **device)
{
    if (index >= count())
        return INVALID;
    *device = (void *)(size_t)(index + 1);
    return OK;
}

SHOWN int nvmlDeviceGetCudaComputeCapability(void *device, int *major, int *minor)
{
    const char *text = capabilities();
    for (size_t skip = (size_t)device - 1; skip && text; skip--)
        text = strchr(text, ',') + 1;
    *major = atoi(text);
    *minor = atoi(strchr(text, '.') + 1);
    return OK;
}
