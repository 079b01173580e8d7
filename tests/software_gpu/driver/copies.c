/* Copies and fills, in a stream or at once. */
#include "driver.h"

#include <stdlib.h>
#include <string.h>

static void copy(struct operation *operation) {
    memcpy(operation->target, operation->staged ? operation->staged : operation->source, operation->size);
}

static void fill(struct operation *operation) {
    for (size_t i = 0; i < operation->size; i++) {
        if (operation->width == 1) ((uint8_t *)operation->target)[i] = (uint8_t)operation->value;
        else if (operation->width == 2) ((uint16_t *)operation->target)[i] = (uint16_t)operation->value;
        else ((uint32_t *)operation->target)[i] = operation->value;
    }
}

/* Whether a range is memory of this kind, and inside what was allocated. */
static int is_right(const char *function, uint64_t address, size_t size, int on_device) {
    pthread_mutex_lock(&lock);
    const char *wrong = NULL;
    enum kind kind = kind_of(address);
    if (is_freed(address)) wrong = "was freed";
    else if (on_device && kind != DEVICE) wrong = "is not on the device";
    else if (!on_device && kind == DEVICE) wrong = "is on the device";
    else if (!is_inside(address, size)) wrong = "is shorter";
    pthread_mutex_unlock(&lock);
    if (wrong) complain("%s of %zu bytes: %#lx %s", function, size, address, wrong);
    return !wrong;
}

/* Pinned memory is read and written when the stream comes to it. Pageable memory is before this returns, as drivers for
   most machines do it; with SG_PAGEABLE later, which the documentation of CUDA allows. */
static CUresult copy_in(const char *function, CUstream handle, int is_async, uint64_t target, int to_device, uint64_t source,
                        int from_device, size_t size) {
    CHECK_CONTEXT;
    struct stream *stream;
    CUresult result = known_stream(handle, &stream);
    if (result) return result;
    if (size == 0) return SUCCESS;
    if (!is_right(function, target, size, to_device) || !is_right(function, source, size, from_device)) return INVALID_VALUE;
    struct operation *operation = new_operation(copy);
    operation->target = (void *)target;
    operation->source = (void *)source;
    operation->size = size;
    pthread_mutex_lock(&lock);
    int is_pageable = !to_device && kind_of(target) == PAGEABLE, is_staged = !from_device && kind_of(source) == PAGEABLE;
    pthread_mutex_unlock(&lock);
    if (is_async && settings.pageable) is_pageable = is_staged = 0;
    if (is_staged) {
        operation->staged = malloc(size);
        memcpy(operation->staged, operation->source, size);
    }
    unsigned long ticket = enqueue(stream, operation);
    if (is_async && !is_pageable) return SUCCESS;
    wait_for(stream, ticket);
    return usable();
}

API CUresult cuMemcpyHtoD_v2(CUdeviceptr target, const void *source, size_t size) {
    return copy_in("cuMemcpyHtoD", NULL, 0, target, 1, (uint64_t)source, 0, size);
}
API CUresult cuMemcpyDtoH_v2(void *target, CUdeviceptr source, size_t size) {
    return copy_in("cuMemcpyDtoH", NULL, 0, (uint64_t)target, 0, source, 1, size);
}
API CUresult cuMemcpyDtoD_v2(CUdeviceptr target, CUdeviceptr source, size_t size) {
    return copy_in("cuMemcpyDtoD", NULL, 1, target, 1, source, 1, size); /* asynchronous, as documented */
}
API CUresult cuMemcpyHtoDAsync_v2(CUdeviceptr target, const void *source, size_t size, CUstream stream) {
    return copy_in("cuMemcpyHtoDAsync", stream, 1, target, 1, (uint64_t)source, 0, size);
}
API CUresult cuMemcpyDtoHAsync_v2(void *target, CUdeviceptr source, size_t size, CUstream stream) {
    return copy_in("cuMemcpyDtoHAsync", stream, 1, (uint64_t)target, 0, source, 1, size);
}
API CUresult cuMemcpyDtoDAsync_v2(CUdeviceptr target, CUdeviceptr source, size_t size, CUstream stream) {
    return copy_in("cuMemcpyDtoDAsync", stream, 1, target, 1, source, 1, size);
}

static CUresult fill_in(CUstream handle, uint64_t target, unsigned value, unsigned width, size_t count) {
    CHECK_CONTEXT;
    struct stream *stream;
    CUresult result = known_stream(handle, &stream);
    if (result || count == 0) return result;
    if (!is_right("cuMemset", target, width * count, 1)) return INVALID_VALUE;
    struct operation *operation = new_operation(fill);
    operation->target = (void *)target;
    operation->size = count;
    operation->value = value;
    operation->width = width;
    enqueue(stream, operation);
    return SUCCESS;
}

API CUresult cuMemsetD8_v2(CUdeviceptr target, unsigned char value, size_t count) {
    return fill_in(NULL, target, value, 1, count);
}
API CUresult cuMemsetD8Async(CUdeviceptr target, unsigned char value, size_t count, CUstream stream) {
    return fill_in(stream, target, value, 1, count);
}
API CUresult cuMemsetD32_v2(CUdeviceptr target, unsigned value, size_t count) {
    return fill_in(NULL, target, value, 4, count);
}
API CUresult cuMemsetD32Async(CUdeviceptr target, unsigned value, size_t count, CUstream stream) {
    return fill_in(stream, target, value, 4, count);
}
