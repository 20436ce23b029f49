/* A stand-in for CUDA's driver library: what it answers is told by the environment. It has what a
   probe asks for, and computes nothing. */
#include <stdlib.h>
#include <unistd.h>

static int told(const char *name, int otherwise)
{
    const char *text = getenv(name);
    return text ? atoi(text) : otherwise;
}

int cuInit(unsigned int flags)
{
    (void)flags;
    if (told("DOUBLE_HANGS", 0))
        for (;;)
            pause();
    return told("DOUBLE_CUINIT", 0);
}

int cuDriverGetVersion(int *version)
{
    *version = told("DOUBLE_CUDA", 13000);
    return 0;
}

int cuDeviceGetCount(int *count)
{
    *count = told("DOUBLE_COUNT", 1);
    return 0;
}

/* 2 is what a full GPU says. */
int cuDevicePrimaryCtxRetain(void **context, int device)
{
    (void)device;
    *context = NULL;
    return told("DOUBLE_CONTEXT", 0);
}
