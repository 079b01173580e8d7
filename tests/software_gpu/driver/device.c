/* The device, its primary context, and the errors of this driver. */
#include "driver.h"

#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct settings settings;
pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
pthread_cond_t changed = PTHREAD_COND_INITIALIZER;

static int is_initialized, is_forked;
static CUresult failure; /* what a kernel that failed left: no function works any more, as with CUDA */

struct context {
    int retained;
};
static struct context primary;

#define DEEPEST 64
static __thread CUcontext stack[DEEPEST];
static __thread int depth;

void complain(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    char line[1024];
    vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    fprintf(stderr, "software GPU: %s\n", line);
    fflush(stderr);
}

CUresult usable(void) {
    if (!is_initialized || is_forked) return NOT_INITIALIZED;
    return failure;
}

CUresult usable_in_context(void) {
    CHECK_USABLE;
    return depth > 0 && stack[depth - 1] ? SUCCESS : INVALID_CONTEXT;
}

void fail(CUresult error) {
    if (!failure) failure = error;
}

int has_failed(void) { return failure != SUCCESS; }

CUcontext primary_context(void) { return &primary; }

static void after_fork(void) { is_forked = is_initialized; }

static double number(const char *name, double otherwise) {
    const char *text = getenv(name);
    return text && *text ? strtod(text, NULL) : otherwise;
}

/* Says which kernels run, then leaves the signal to whoever had it before. */
static struct sigaction of_others;

static void outside_memory(int number) {
    static const char text[] = "software GPU: an address outside memory; kernels that run:";
    (void)!write(2, text, sizeof text - 1);
    describe_running(2);
    (void)!write(2, "\n", 1);
    sigaction(number, &of_others, NULL);
}

static void watch_addresses(void) {
    struct sigaction action = {.sa_handler = outside_memory, .sa_flags = SA_NODEFER};
    sigaction(SIGSEGV, &action, &of_others);
}

API CUresult cuInit(unsigned flags) {
    if (flags) return INVALID_VALUE;
    if (is_forked) return NOT_INITIALIZED;
    if (number("SG_INIT_ERROR", 0) != 0) return (CUresult)number("SG_INIT_ERROR", 0);
    pthread_mutex_lock(&lock);
    if (!is_initialized) {
        settings.memory = (size_t)number("SG_MEMORY", 8.0 * (1 << 30));
        settings.multiprocessors = (int)number("SG_MULTIPROCESSORS", 132);
        settings.delays = (int)number("SG_DELAY", 0);
        settings.pageable = (int)number("SG_PAGEABLE", 0);
        settings.edges = (int)number("SG_EDGES", 0);
        const char *compute = getenv("SG_COMPUTE");
        if (!compute || sscanf(compute, "%d.%d", &settings.major, &settings.minor) != 2)
            settings.major = 9, settings.minor = 0;
        settings.devices = (int)number("SG_DEVICES", 1);
        pthread_atfork(NULL, NULL, after_fork);
        set_up_streams();
        if (settings.edges) watch_addresses();
        is_initialized = 1;
    }
    pthread_mutex_unlock(&lock);
    return SUCCESS;
}

API CUresult cuDriverGetVersion(int *version) {
    *version = (int)number("SG_VERSION", 13000);
    return SUCCESS;
}

/* ---------------------------------------------------------------- the device */

API CUresult cuDeviceGetCount(int *count) {
    CHECK_USABLE;
    *count = settings.devices;
    return SUCCESS;
}

API CUresult cuDeviceGet(CUdevice *device, int ordinal) {
    CHECK_USABLE;
    if (ordinal != 0 || settings.devices == 0) return INVALID_DEVICE;
    *device = 0;
    return SUCCESS;
}

API CUresult cuDeviceGetName(char *name, int length, CUdevice device) {
    CHECK_USABLE;
    if (device != 0) return INVALID_DEVICE;
    snprintf(name, (size_t)length, "software GPU");
    return SUCCESS;
}

API CUresult cuDeviceGetUuid_v2(char uuid[16], CUdevice device) {
    CHECK_USABLE;
    if (device != 0) return INVALID_DEVICE;
    memcpy(uuid, "software GPU 000", 16);
    return SUCCESS;
}

API CUresult cuDeviceGetPCIBusId(char *name, int length, CUdevice device) {
    CHECK_USABLE;
    if (device != 0) return INVALID_DEVICE;
    snprintf(name, (size_t)length, "0000:01:00.0");
    return SUCCESS;
}

API CUresult cuDeviceTotalMem_v2(size_t *bytes, CUdevice device) {
    CHECK_USABLE;
    if (device != 0) return INVALID_DEVICE;
    *bytes = settings.memory;
    return SUCCESS;
}

/* Attributes by number, as CUdevice_attribute has them: those of an H100. Others are 0. */
static const struct { int attribute, value; } ATTRIBUTES[] = {
    {1, 1024},        /* threads of a block */
    {2, 1024}, {3, 1024}, {4, 64},
    {5, 2147483647}, {6, 65535}, {7, 65535}, /* blocks */
    {8, 49152},       /* shared memory of a block */
    {9, 65536},       /* constant memory */
    {10, 32},         /* threads of a warp */
    {11, 2147483647}, /* pitch */
    {12, 65536},      /* registers of a block */
    {13, 1980000},    /* clock */
    {14, 512},        /* alignment of textures */
    {15, 1},          /* copies while kernels run */
    {19, 1},          /* maps memory of the processor */
    {31, 1},          /* several kernels at a time */
    {32, 1},          /* error correction */
    {33, 1},          /* PCI bus */
    {36, 2619000}, {37, 5120}, /* clock and width of memory */
    {38, 50 << 20},   /* L2 cache */
    {39, 2048},       /* threads of a multiprocessor */
    {40, 3},          /* copies at a time */
    {41, 1},          /* unified addresses */
    {78, 1}, {79, 1}, {80, 1}, /* priorities of streams; L1 caches */
    {81, 233472},     /* shared memory of a multiprocessor */
    {82, 65536},      /* registers of a multiprocessor */
    {97, 232448},     /* shared memory of a block that asks for it */
    {106, 32},        /* blocks of a multiprocessor */
    {111, 1024},      /* shared memory that is reserved */
};

API CUresult cuDeviceGetAttribute(int *value, int attribute, CUdevice device) {
    CHECK_USABLE;
    if (device != 0) return INVALID_DEVICE;
    *value = 0;
    for (size_t i = 0; i < sizeof ATTRIBUTES / sizeof *ATTRIBUTES; i++)
        if (ATTRIBUTES[i].attribute == attribute) *value = ATTRIBUTES[i].value;
    if (attribute == 16) *value = settings.multiprocessors;
    if (attribute == 75) *value = settings.major;
    if (attribute == 76) *value = settings.minor;
    return SUCCESS;
}

/* ---------------------------------------------------------------- contexts */

API CUresult cuDevicePrimaryCtxRetain(CUcontext *context, CUdevice device) {
    CHECK_USABLE;
    if (device != 0) return INVALID_DEVICE;
    primary.retained++;
    *context = &primary;
    return SUCCESS;
}

API CUresult cuDevicePrimaryCtxRelease_v2(CUdevice device) {
    CHECK_USABLE;
    if (device != 0) return INVALID_DEVICE;
    if (primary.retained == 0) return INVALID_CONTEXT;
    primary.retained--;
    return SUCCESS;
}

API CUresult cuDevicePrimaryCtxGetState(CUdevice device, unsigned *flags, int *active) {
    CHECK_USABLE;
    if (device != 0) return INVALID_DEVICE;
    *flags = 0;
    *active = primary.retained > 0;
    return SUCCESS;
}

API CUresult cuCtxGetCurrent(CUcontext *context) {
    CHECK_USABLE;
    *context = depth > 0 ? stack[depth - 1] : NULL;
    return SUCCESS;
}

API CUresult cuCtxSetCurrent(CUcontext context) {
    CHECK_USABLE;
    if (context && context != &primary) return INVALID_CONTEXT;
    if (depth == 0) depth = 1;
    stack[depth - 1] = context;
    if (!context) depth--;
    return SUCCESS;
}

API CUresult cuCtxPushCurrent_v2(CUcontext context) {
    CHECK_USABLE;
    if (context != &primary || depth == DEEPEST) return INVALID_CONTEXT;
    stack[depth++] = context;
    return SUCCESS;
}

API CUresult cuCtxPopCurrent_v2(CUcontext *context) {
    CHECK_USABLE;
    if (depth == 0) return INVALID_CONTEXT;
    depth--;
    if (context) *context = stack[depth];
    return SUCCESS;
}

API CUresult cuCtxGetDevice(CUdevice *device) {
    CHECK_CONTEXT;
    *device = 0;
    return SUCCESS;
}

API CUresult cuCtxGetDevice_v2(CUdevice *device, CUcontext context) {
    CHECK_USABLE;
    (void)context;
    *device = 0;
    return SUCCESS;
}

API CUresult cuCtxGetApiVersion(CUcontext context, unsigned *version) {
    CHECK_USABLE;
    (void)context;
    *version = 3020;
    return SUCCESS;
}

API CUresult cuCtxGetFlags(unsigned *flags) {
    CHECK_CONTEXT;
    *flags = 0;
    return SUCCESS;
}

API CUresult cuCtxGetStreamPriorityRange(int *least, int *greatest) {
    CHECK_CONTEXT;
    if (least) *least = 0;
    if (greatest) *greatest = -5;
    return SUCCESS;
}

API CUresult cuCtxSynchronize(void) {
    CHECK_CONTEXT;
    wait_for_all();
    return usable();
}

API CUresult cuProfilerStart(void) { return usable(); }
API CUresult cuProfilerStop(void) { return usable(); }

/* ---------------------------------------------------------------- errors */

static const struct { CUresult error; const char *name, *text; } ERRORS[] = {
    {SUCCESS, "CUDA_SUCCESS", "no error"},
    {INVALID_VALUE, "CUDA_ERROR_INVALID_VALUE", "invalid argument"},
    {OUT_OF_MEMORY, "CUDA_ERROR_OUT_OF_MEMORY", "out of memory"},
    {NOT_INITIALIZED, "CUDA_ERROR_NOT_INITIALIZED", "initialization error"},
    {INVALID_DEVICE, "CUDA_ERROR_INVALID_DEVICE", "invalid device ordinal"},
    {INVALID_IMAGE, "CUDA_ERROR_INVALID_IMAGE", "device kernel image is invalid"},
    {INVALID_CONTEXT, "CUDA_ERROR_INVALID_CONTEXT", "invalid device context"},
    {INVALID_PTX, "CUDA_ERROR_INVALID_PTX", "a PTX JIT compilation failed"},
    {INVALID_HANDLE, "CUDA_ERROR_INVALID_HANDLE", "invalid resource handle"},
    {NOT_FOUND, "CUDA_ERROR_NOT_FOUND", "named symbol not found"},
    {NOT_READY, "CUDA_ERROR_NOT_READY", "device not ready"},
    {LAUNCH_OUT_OF_RESOURCES, "CUDA_ERROR_LAUNCH_OUT_OF_RESOURCES", "too many resources requested for launch"},
    {HOST_MEMORY_ALREADY_REGISTERED, "CUDA_ERROR_HOST_MEMORY_ALREADY_REGISTERED", "part or all of the requested memory range is already mapped"},
    {HOST_MEMORY_NOT_REGISTERED, "CUDA_ERROR_HOST_MEMORY_NOT_REGISTERED", "pointer does not correspond to a registered memory region"},
    {LAUNCH_FAILED, "CUDA_ERROR_LAUNCH_FAILED", "unspecified launch failure"},
    {NOT_SUPPORTED, "CUDA_ERROR_NOT_SUPPORTED", "operation not supported"},
};

static CUresult described(CUresult error, const char **text, int wants_name) {
    for (size_t i = 0; i < sizeof ERRORS / sizeof *ERRORS; i++)
        if (ERRORS[i].error == error) {
            *text = wants_name ? ERRORS[i].name : ERRORS[i].text;
            return SUCCESS;
        }
    *text = NULL;
    return INVALID_VALUE;
}

API CUresult cuGetErrorName(CUresult error, const char **text) { return described(error, text, 1); }
API CUresult cuGetErrorString(CUresult error, const char **text) { return described(error, text, 0); }
