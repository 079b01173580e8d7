/* Streams: each is a queue of operations with a thread of its own, so that a synchronisation that is missing shows.

An operation has the next ticket of its stream, and waits for tickets of other streams: those of events, and those of
the default stream (0), which waits for all that was queued before in other streams and makes what follows wait. */
#include "driver.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct stream {
    struct stream *next;
    struct operation *first, *last;
    unsigned long queued, done;
    int follows_default; /* not of streams with CU_STREAM_NON_BLOCKING */
    int is_closed;
    unsigned flags;
};

struct event {
    struct stream *stream; /* NULL until it is recorded */
    unsigned long ticket;
    struct timespec when;
    int users; /* operations that know it, and the program */
    int has_times;
};

static struct stream *streams;       /* all that ever were; the default stream is the last one */
static struct stream *default_stream;

struct operation *new_operation(action run) {
    struct operation *operation = calloc(1, sizeof *operation);
    operation->run = run;
    return operation;
}

static void depend(struct operation *operation, struct stream *stream, unsigned long ticket) {
    if (stream->done >= ticket) return;
    size_t bytes = (size_t)(operation->n_dependencies + 1) * sizeof(struct dependency);
    operation->dependencies = realloc(operation->dependencies, bytes);
    operation->dependencies[operation->n_dependencies++] = (struct dependency){stream, ticket};
}

static void release_event(struct event *event) {
    if (--event->users == 0) free(event);
}

static int is_ready(const struct operation *operation) {
    for (int i = 0; i < operation->n_dependencies; i++)
        if (operation->dependencies[i].stream->done < operation->dependencies[i].ticket) return 0;
    return 1;
}

static void delay(unsigned *seed) {
    if (!settings.delays || rand_r(seed) % 4) return;
    struct timespec time = {0, rand_r(seed) % 2000000};
    nanosleep(&time, NULL);
}

static void *serve(void *given) {
    struct stream *stream = given;
    unsigned seed = (unsigned)(uintptr_t)stream;
    pthread_mutex_lock(&lock);
    for (;;) {
        while (!(stream->first && is_ready(stream->first)) && !(stream->is_closed && !stream->first))
            pthread_cond_wait(&changed, &lock);
        struct operation *operation = stream->first;
        if (!operation) break;
        pthread_mutex_unlock(&lock);
        delay(&seed);
        if (!has_failed()) operation->run(operation);
        pthread_mutex_lock(&lock);
        stream->first = operation->next;
        if (!stream->first) stream->last = NULL;
        stream->done = operation->ticket;
        if (operation->event) release_event(operation->event);
        pthread_cond_broadcast(&changed);
        free(operation->staged);
        free(operation->dependencies);
        free(operation->parameters);
        free(operation);
    }
    pthread_mutex_unlock(&lock);
    return NULL;
}

static struct stream *new_stream(unsigned flags) {
    struct stream *stream = calloc(1, sizeof *stream);
    stream->flags = flags;
    stream->follows_default = !(flags & 1);
    pthread_attr_t attributes;
    pthread_t thread;
    pthread_attr_init(&attributes);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    pthread_attr_setstacksize(&attributes, 64u << 20);
    if (pthread_create(&thread, &attributes, serve, stream)) {
        free(stream);
        stream = NULL;
    } else {
        stream->next = streams;
        streams = stream;
    }
    pthread_attr_destroy(&attributes);
    return stream;
}

void set_up_streams(void) { default_stream = new_stream(0); }

/* NULL and CU_STREAM_LEGACY are the default stream. */
CUresult known_stream(CUstream handle, struct stream **found) {
    if ((uintptr_t)handle <= 1) {
        *found = default_stream;
        return SUCCESS;
    }
    CUresult result = INVALID_HANDLE;
    pthread_mutex_lock(&lock);
    for (struct stream *stream = streams; stream; stream = stream->next)
        if (stream == handle && !stream->is_closed) result = SUCCESS;
    pthread_mutex_unlock(&lock);
    if (result) complain("%p is not a stream", (void *)handle);
    *found = handle;
    return result;
}

unsigned long enqueue(struct stream *stream, struct operation *operation) {
    pthread_mutex_lock(&lock);
    if (stream == default_stream) {
        for (struct stream *other = streams; other; other = other->next)
            if (other != stream && other->follows_default) depend(operation, other, other->queued);
    } else if (stream->follows_default) {
        depend(operation, default_stream, default_stream->queued);
    }
    unsigned long ticket = operation->ticket = ++stream->queued;
    if (stream->last) stream->last->next = operation;
    else stream->first = operation;
    stream->last = operation;
    pthread_cond_broadcast(&changed);
    pthread_mutex_unlock(&lock);
    return ticket;
}

void wait_for(struct stream *stream, unsigned long ticket) {
    pthread_mutex_lock(&lock);
    while (stream->done < ticket) pthread_cond_wait(&changed, &lock);
    pthread_mutex_unlock(&lock);
}

void wait_for_all(void) {
    pthread_mutex_lock(&lock);
    for (struct stream *stream = streams; stream; stream = stream->next) {
        unsigned long ticket = stream->queued;
        while (stream->done < ticket) pthread_cond_wait(&changed, &lock);
    }
    pthread_mutex_unlock(&lock);
}

API CUresult cuStreamCreate(CUstream *stream, unsigned flags) {
    CHECK_CONTEXT;
    if (flags > 1) return INVALID_VALUE;
    pthread_mutex_lock(&lock);
    *stream = new_stream(flags);
    pthread_mutex_unlock(&lock);
    return *stream ? SUCCESS : OUT_OF_MEMORY;
}

API CUresult cuStreamCreateWithPriority(CUstream *stream, unsigned flags, int priority) {
    (void)priority;
    return cuStreamCreate(stream, flags);
}

/* What is queued is still done. */
API CUresult cuStreamDestroy_v2(CUstream handle) {
    CHECK_USABLE;
    struct stream *stream;
    CUresult result = known_stream(handle, &stream);
    if (result) return result;
    if (stream == default_stream) return INVALID_HANDLE;
    pthread_mutex_lock(&lock);
    stream->is_closed = 1;
    pthread_cond_broadcast(&changed);
    pthread_mutex_unlock(&lock);
    return SUCCESS;
}

API CUresult cuStreamSynchronize(CUstream handle) {
    CHECK_CONTEXT;
    struct stream *stream;
    CUresult result = known_stream(handle, &stream);
    if (result) return result;
    if (stream == default_stream) { /* the end of all that it waits for */
        return cuCtxSynchronize();
    }
    wait_for(stream, stream->queued);
    return usable();
}

API CUresult cuStreamQuery(CUstream handle) {
    CHECK_CONTEXT;
    struct stream *stream;
    CUresult result = known_stream(handle, &stream);
    if (result) return result;
    return stream->done < stream->queued ? NOT_READY : SUCCESS;
}

API CUresult cuStreamGetFlags(CUstream handle, unsigned *flags) {
    CHECK_CONTEXT;
    struct stream *stream;
    CUresult result = known_stream(handle, &stream);
    if (!result) *flags = stream->flags;
    return result;
}

API CUresult cuStreamGetCtx(CUstream handle, CUcontext *context) {
    CHECK_CONTEXT;
    struct stream *stream;
    *context = primary_context();
    return known_stream(handle, &stream);
}

/* ---------------------------------------------------------------- events */

static void nothing(struct operation *operation) { (void)operation; }

static void take_time(struct operation *operation) { clock_gettime(CLOCK_MONOTONIC, &operation->event->when); }

API CUresult cuEventCreate(CUevent *event, unsigned flags) {
    CHECK_CONTEXT;
    *event = calloc(1, sizeof **event);
    (*event)->users = 1;
    (*event)->has_times = !(flags & 2);
    return SUCCESS;
}

API CUresult cuEventDestroy_v2(CUevent event) {
    CHECK_USABLE;
    if (!event) return INVALID_HANDLE;
    pthread_mutex_lock(&lock);
    release_event(event);
    pthread_mutex_unlock(&lock);
    return SUCCESS;
}

API CUresult cuEventRecord(CUevent event, CUstream handle) {
    CHECK_CONTEXT;
    struct stream *stream;
    CUresult result = known_stream(handle, &stream);
    if (result || !event) return INVALID_HANDLE;
    struct operation *operation = new_operation(take_time);
    operation->event = event;
    pthread_mutex_lock(&lock);
    event->users++;
    pthread_mutex_unlock(&lock);
    unsigned long ticket = enqueue(stream, operation);
    pthread_mutex_lock(&lock);
    event->stream = stream;
    event->ticket = ticket;
    pthread_mutex_unlock(&lock);
    return SUCCESS;
}

API CUresult cuEventSynchronize(CUevent event) {
    CHECK_CONTEXT;
    if (!event) return INVALID_HANDLE;
    if (event->stream) wait_for(event->stream, event->ticket);
    return usable();
}

API CUresult cuEventQuery(CUevent event) {
    CHECK_CONTEXT;
    if (!event) return INVALID_HANDLE;
    return event->stream && event->stream->done < event->ticket ? NOT_READY : SUCCESS;
}

API CUresult cuEventElapsedTime(float *milliseconds, CUevent start, CUevent end) {
    CHECK_CONTEXT;
    if (!start || !end || !start->stream || !end->stream || !start->has_times || !end->has_times) return INVALID_HANDLE;
    if (cuEventQuery(start) || cuEventQuery(end)) return NOT_READY;
    double seconds = (double)(end->when.tv_sec - start->when.tv_sec);
    *milliseconds = (float)(1e3 * seconds + 1e-6 * (double)(end->when.tv_nsec - start->when.tv_nsec));
    return SUCCESS;
}

API CUresult cuEventElapsedTime_v2(float *milliseconds, CUevent start, CUevent end) {
    return cuEventElapsedTime(milliseconds, start, end);
}

API CUresult cuStreamWaitEvent(CUstream handle, CUevent event, unsigned flags) {
    CHECK_CONTEXT;
    struct stream *stream;
    CUresult result = known_stream(handle, &stream);
    if (result || !event || flags) return INVALID_HANDLE;
    if (!event->stream) return SUCCESS;
    struct operation *operation = new_operation(nothing);
    pthread_mutex_lock(&lock);
    depend(operation, event->stream, event->ticket);
    pthread_mutex_unlock(&lock);
    enqueue(stream, operation);
    return SUCCESS;
}
