/* A driver library of CUDA that says what the environment tells it to: see cuda_driver.py. */

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int number(const char *name, int otherwise) {
    const char *text = getenv(name);
    return text && *text ? atoi(text) : otherwise;
}

int cuInit(unsigned flags) {
    int seconds = number("CUDA_DRIVER_SLEEPS", 0);
    (void)flags;
    if (seconds)
        sleep((unsigned)seconds);
    if (number("CUDA_DRIVER_CRASHES", 0))
        abort();
    return number("CUDA_DRIVER_CODE", 0);
}

int cuDriverGetVersion(int *version) {
    *version = number("CUDA_DRIVER_VERSION", 13000);
    return 0;
}

int cuDeviceGetCount(int *count) {
    *count = number("CUDA_DRIVER_COUNT", 1);
    return 0;
}
