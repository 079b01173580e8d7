/* What a translated module exports; translate.py makes one from PTX. Device memory is ordinary memory here: an address
   on the device is an address of this process. */
#ifndef SG_MODULE_H
#define SG_MODULE_H

#include <stddef.h>

struct sg_parameter {
    unsigned size, offset;
};

struct sg_kernel {
    const char *name;
    int n_parameters;
    const struct sg_parameter *parameters;
    unsigned shared_bytes; /* static shared memory of a block */
    unsigned local_bytes;  /* local memory of a thread */
    unsigned max_threads;  /* of a block: .maxntid, else 1024 */
    unsigned registers;    /* of a thread; 0 if not known */
};

struct sg_global {
    const char *name;
    void *address;
    size_t size;
};

const struct sg_kernel *sg_kernels(int *count);
const struct sg_global *sg_globals(int *count);

/* Run a kernel to its end; several threads may do so at the same time. 0, or else `error` says what went wrong. */
int sg_launch(const struct sg_kernel *kernel, const unsigned grid[3], const unsigned block[3], unsigned dynamic_shared,
              void **parameters, char *error, size_t error_size);

#endif
