/* What the files of this driver share. The types are those of CUDA's driver API, under its names where it has some. */
#ifndef SG_DRIVER_H
#define SG_DRIVER_H

#include <pthread.h>
#include <stddef.h>
#include <stdint.h>

#include "../module.h"

#define API __attribute__((visibility("default")))

typedef uint64_t CUdeviceptr;
typedef int CUdevice;
typedef struct context *CUcontext;
typedef struct stream *CUstream;
typedef struct event *CUevent;
typedef struct kernel *CUkernel;
typedef struct library *CUlibrary;

typedef enum {
    SUCCESS = 0,
    INVALID_VALUE = 1,
    OUT_OF_MEMORY = 2,
    NOT_INITIALIZED = 3,
    INVALID_DEVICE = 101,
    INVALID_IMAGE = 200,
    INVALID_CONTEXT = 201,
    INVALID_PTX = 218,
    INVALID_HANDLE = 400,
    NOT_FOUND = 500,
    NOT_READY = 600,
    LAUNCH_OUT_OF_RESOURCES = 701,
    HOST_MEMORY_ALREADY_REGISTERED = 712,
    HOST_MEMORY_NOT_REGISTERED = 713,
    LAUNCH_FAILED = 719,
    NOT_SUPPORTED = 801,
} CUresult;

/* ---- device.c: the device, its context, settings */

struct settings {
    size_t memory;       /* SG_MEMORY: bytes of the device */
    int major, minor;    /* SG_COMPUTE: compute capability */
    int devices;         /* SG_DEVICES: 1, or none */
    int multiprocessors; /* SG_MULTIPROCESSORS */
    int delays;          /* SG_DELAY: whether operations wait a random time before they begin */
    int pageable;        /* SG_PAGEABLE: whether asynchronous copies of pageable memory are */
    int edges;           /* SG_EDGES: whether memory ends where a page begins that nobody may touch */
};
extern struct settings settings;

extern pthread_mutex_t lock;    /* of everything that is not a kernel or a copy */
extern pthread_cond_t changed;  /* an operation was queued, or has ended */

void complain(const char *format, ...) __attribute__((format(printf, 1, 2))); /* a line on stderr */
CUresult cuCtxSynchronize(void);
CUresult usable(void);              /* SUCCESS, or why no function may be called */
CUresult usable_in_context(void);   /* as well whether this thread has a context */
void fail(CUresult error);          /* from now on every function returns this error */
int has_failed(void);
CUcontext primary_context(void);
void set_up_device(void);

#define CHECK_USABLE do { CUresult why = usable(); if (why) return why; } while (0)
#define CHECK_CONTEXT do { CUresult why = usable_in_context(); if (why) return why; } while (0)

/* ---- memory.c: allocations, and whether a range of addresses is inside one */

enum kind { PAGEABLE, PINNED, DEVICE };

enum kind kind_of(uint64_t address);
int is_inside(uint64_t address, size_t size); /* of one allocation; always true of pageable memory */
int is_freed(uint64_t address);
void check_guards(const char *after);

/* ---- streams.c: queues of operations, and events */

struct operation;
typedef void (*action)(struct operation *);

struct dependency {
    struct stream *stream;
    unsigned long ticket;
};

struct operation {
    struct operation *next;
    action run;
    unsigned long ticket;
    struct dependency *dependencies;
    int n_dependencies;
    /* copies and fills */
    void *target, *source, *staged;
    size_t size;
    unsigned value, width;
    /* launches */
    struct kernel *kernel;
    unsigned grid[3], block[3], shared;
    void **parameters;
    /* events */
    struct event *event;
};

struct operation *new_operation(action run);
CUresult known_stream(CUstream handle, struct stream **stream);
unsigned long enqueue(struct stream *stream, struct operation *operation);
void wait_for(struct stream *stream, unsigned long ticket);
void wait_for_all(void);
void set_up_streams(void);

/* ---- modules.c: machine code */

void run_kernel(struct operation *operation);
void describe_running(int file); /* the names of the kernels that run, in a signal handler */

#endif
