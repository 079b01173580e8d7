/* Runs the warps of a kernel: thousands in turn on each thread of the processor, several threads at a time.

   A warp is a function on a stack of its own. It hands over where the kernel has SG_TURN() (at exchanges between lanes,
   atomic operations and loops), after a number of chances that is drawn anew each time, and at barriers. All warps that
   can go on take a turn, in an order drawn anew each round, before any takes the next.

   A position of a text has over a hundred chances. With 4 of them in a turn, training behaves as it did on an H100: steps
   are too large, and vectors become infinite, where 689 warps at a time use one row, and not where 345 do, with 1,000
   words and with 100. With 32, a fifth faster, many rows are read and changed in one turn, and 689 uses do no harm.

   SG_THREADS   threads of the processor, 2
   SG_RESIDENT  most warps in flight, 2112; blocks start in order as others end
   SG_TURNS     chances of a turn, in the mean; 4
   SG_SEED      of all that is drawn; 1
   SG_CHECK     not 0: examine every access and every mask */
#define _GNU_SOURCE
#include "warps.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>

enum { READY, RUNNING, AT_BARRIER, ENDED, FAILED };
enum { BARRIERS = 16, STACK = 512 << 10 };

struct barrier {
    unsigned warps, lanes, count; /* that have come */
    unsigned of_lanes, of_count;  /* of those that were let through last */
};

struct sg_block {
    struct barrier barriers[BARRIERS];
    struct sg_warp *warps;
    unsigned n_warps, n_live;
    uint8_t *shared;
    struct worker *worker;
};

struct job {
    const struct sg_kernel *kernel;
    const unsigned *grid, *block;
    unsigned dynamic_bytes;
    const uint8_t *params;
    uint64_t next, total; /* blocks */
    unsigned most_blocks, n_warps, turns, check;
    uint64_t seed;
    int failed;
    char *error;
    size_t error_size;
};

struct worker {
    struct job *job;
    struct sg_warp **ready;
    struct sg_block **blocks;
    size_t n_ready, n_blocks;
    uint64_t random;
    void *stack_pointer;
    uint64_t *starts; /* where the array of warps of each block is free */
};

/* ---------------------------------------------------------------- stacks */

static pthread_mutex_t stacks_lock = PTHREAD_MUTEX_INITIALIZER;
static void *free_stacks; /* each begins with the address of the next */
static size_t stack_size(void) { return STACK + SG_LANES * (size_t)sg_most_local_bytes; }

static void *take_stack(void) {
    pthread_mutex_lock(&stacks_lock);
    void *stack = free_stacks;
    if (stack)
        free_stacks = *(void **)stack;
    pthread_mutex_unlock(&stacks_lock);
    if (stack)
        return stack;
    size_t size = (stack_size() + 4095) / 4096 * 4096;
    stack = mmap(NULL, size + 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (stack == MAP_FAILED)
        return NULL;
    mprotect(stack, 4096, PROT_NONE);
    return (char *)stack + 4096;
}

static void give_stack(void *stack) {
    pthread_mutex_lock(&stacks_lock);
    *(void **)stack = free_stacks;
    free_stacks = stack;
    pthread_mutex_unlock(&stacks_lock);
}

/* ---------------------------------------------------------------- from one stack to another */

void sg_switch(void **save, void *load);
__asm__(".text\n"
        ".hidden sg_switch\n"
        ".globl sg_switch\n"
        "sg_switch:\n"
        "  push %rbp\n  push %rbx\n  push %r12\n  push %r13\n  push %r14\n  push %r15\n"
        "  mov %rsp, (%rdi)\n  mov %rsi, %rsp\n"
        "  pop %r15\n  pop %r14\n  pop %r13\n  pop %r12\n  pop %rbx\n  pop %rbp\n"
        "  ret\n"
        ".hidden sg_begin\n"
        ".globl sg_begin\n"
        "sg_begin:\n"
        "  mov %r12, %rdi\n  call sg_run\n  ud2\n");
void sg_begin(void);

static void hand_over(struct sg_warp *w) { sg_switch(&w->stack_pointer, w->block->worker->stack_pointer); }

__attribute__((used, visibility("hidden"))) void sg_run(struct sg_warp *w) {
    sg_body(w->block->worker->job->kernel)(w);
    w->state = ENDED;
    hand_over(w);
}

static void prepare(struct sg_warp *w) {
    void **top = (void **)((char *)w->stack + stack_size() / 4096 * 4096 - 64);
    *--top = NULL;                /* so that the stack is aligned where sg_begin calls */
    *--top = (void *)sg_begin;
    *--top = NULL;                /* rbp */
    *--top = NULL;                /* rbx */
    *--top = w;                   /* r12 */
    *--top = NULL, *--top = NULL; /* r13, r14 */
    *--top = NULL;                /* r15 */
    w->stack_pointer = top;
}

/* ---------------------------------------------------------------- what kernels call */

void sg_yield(struct sg_warp *w) { hand_over(w); }

void sg_fail(struct sg_warp *w, unsigned line, const char *format, ...) {
    struct job *job = w->block->worker->job;
    if (!__atomic_exchange_n(&job->failed, 1, __ATOMIC_SEQ_CST)) {
        int n = snprintf(job->error, job->error_size, "%.120s, line %u of the PTX, block (%u, %u, %u), warp %u: ", job->kernel->name,
                         line, w->ctaid[0], w->ctaid[1], w->ctaid[2], w->number);
        va_list list;
        va_start(list, format);
        if (n > 0 && (size_t)n < job->error_size)
            vsnprintf(job->error + n, job->error_size - (size_t)n, format, list);
        va_end(list);
    }
    w->state = FAILED;
    hand_over(w);
    abort(); /* nobody lets it go on */
}

void sg_stuck(struct sg_warp *w, const struct sg_paths *paths, const unsigned *lines) {
    char text[400];
    size_t used = 0;
    unsigned first = 0;
    for (unsigned i = 0; i < paths->words * 64 && used < sizeof text - 40; i++)
        if (paths->blocked[i / 64] >> i % 64 & 1) {
            first = first ? first : lines[i];
            used += (size_t)snprintf(text + used, sizeof text - used, " lanes %08x at line %u;", paths->at[i], lines[i]);
        }
    sg_fail(w, first, "lanes wait for each other at different places:%s", text);
}

void sg_examine(struct sg_warp *w, unsigned line, unsigned lane, uint64_t address, unsigned size, int is_shared) {
    if (address & (size - 1))
        sg_fail(w, line, "lane %u: address %#llx is not a multiple of %u", lane, (unsigned long long)address, size);
    if (address < 65536)
        sg_fail(w, line, "lane %u: address %#llx", lane, (unsigned long long)address);
    uint64_t offset = address - (uint64_t)w->shared;
    if (is_shared && (offset >= w->shared_bytes || offset + size > w->shared_bytes))
        sg_fail(w, line, "lane %u: address %lld is outside the %u bytes of shared memory", lane, (long long)offset,
                w->shared_bytes);
}

void sg_examine_mask(struct sg_warp *w, unsigned line, uint32_t active, uint32_t member) {
    if (active & ~member)
        sg_fail(w, line, "lanes %08x are not in the mask %08x", active & ~member, member);
    if (member & w->started & ~w->live)
        sg_fail(w, line, "the mask %08x names lanes that have ended: %08x", member, member & w->started & ~w->live);
}

uint64_t sg_clock(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static void make_ready(struct sg_warp *w) {
    w->state = READY;
    struct worker *worker = w->block->worker;
    worker->ready[worker->n_ready++] = w;
}

/* Let those through that wait at a barrier, if all have come. */
static void open_barrier(struct sg_block *block, unsigned id, unsigned expected) {
    struct barrier *barrier = block->barriers + id;
    if (!barrier->warps || barrier->warps < expected)
        return;
    barrier->of_lanes = barrier->lanes, barrier->of_count = barrier->count;
    barrier->warps = barrier->lanes = barrier->count = 0;
    for (unsigned i = 0; i < block->n_warps; i++)
        if (block->warps[i].state == AT_BARRIER && block->warps[i].barrier == (int)id)
            make_ready(block->warps + i);
}

static void come(struct sg_warp *w, unsigned line, unsigned id, unsigned threads, uint32_t values) {
    if (id >= BARRIERS)
        sg_fail(w, line, "barrier %u", id);
    struct barrier *barrier = w->block->barriers + id;
    barrier->warps++;
    barrier->lanes += (unsigned)__builtin_popcount(w->live);
    barrier->count += (unsigned)__builtin_popcount(values & w->live);
    w->waits_at = line;
    open_barrier(w->block, id, threads ? threads / SG_LANES : w->block->n_live);
}

void sg_barrier(struct sg_warp *w, unsigned line, unsigned id, unsigned threads, uint32_t values) {
    w->state = AT_BARRIER, w->barrier = (int)id;
    come(w, line, id, threads, values);
    hand_over(w);
}

void sg_arrive(struct sg_warp *w, unsigned line, unsigned id, unsigned threads) { come(w, line, id, threads, 0); }

unsigned sg_barrier_count(struct sg_warp *w, unsigned id) { return w->block->barriers[id].of_count; }
unsigned sg_barrier_lanes(struct sg_warp *w, unsigned id) { return w->block->barriers[id].of_lanes; }

/* ---------------------------------------------------------------- blocks */

static uint64_t draw(struct worker *worker) { /* xorshift */
    worker->random ^= worker->random << 13;
    worker->random ^= worker->random >> 7;
    worker->random ^= worker->random << 17;
    return worker->random;
}

static void end_block(struct sg_block *block) {
    for (unsigned i = 0; i < block->n_warps; i++)
        if (block->warps[i].stack)
            give_stack(block->warps[i].stack);
    free(block->warps);
    free(block->shared);
    free(block);
}

static struct sg_block *new_block(struct worker *worker, uint64_t number) {
    struct job *job = worker->job;
    unsigned threads = job->block[0] * job->block[1] * job->block[2];
    unsigned bytes = job->kernel->shared_bytes + job->dynamic_bytes;
    struct sg_block *block = calloc(1, sizeof *block);
    block->worker = worker;
    block->n_warps = block->n_live = job->n_warps;
    block->warps = aligned_alloc(64, (job->n_warps * sizeof *block->warps + 63) / 64 * 64);
    memset(block->warps, 0, job->n_warps * sizeof *block->warps);
    block->shared = aligned_alloc(1024, bytes / 1024 * 1024 + 2048);
    memset(block->shared, 0xAA, bytes); /* what nobody has written is no number that is expected */
    for (unsigned i = 0; i < job->n_warps; i++) {
        struct sg_warp *w = block->warps + i;
        w->block = block, w->number = i;
        w->check = job->check;
        w->shared = block->shared, w->params = job->params;
        w->shared_bytes = bytes, w->dynamic_bytes = job->dynamic_bytes;
        for (int axis = 0; axis < 3; axis++)
            w->ntid[axis] = job->block[axis], w->nctaid[axis] = job->grid[axis];
        w->ctaid[0] = (unsigned)(number % job->grid[0]);
        w->ctaid[1] = (unsigned)(number / job->grid[0] % job->grid[1]);
        w->ctaid[2] = (unsigned)(number / job->grid[0] / job->grid[1]);
        for (unsigned l = 0; l < SG_LANES; l++) {
            unsigned thread = i * SG_LANES + l;
            w->tid[0][l] = thread % job->block[0];
            w->tid[1][l] = thread / job->block[0] % job->block[1];
            w->tid[2][l] = thread / job->block[0] / job->block[1];
            w->started |= (uint32_t)(thread < threads) << l;
        }
        w->live = w->started;
        w->stack = take_stack();
        if (w->stack)
            prepare(w);
        else if (!__atomic_exchange_n(&job->failed, 1, __ATOMIC_SEQ_CST))
            snprintf(job->error, job->error_size, "no memory for the stack of a warp");
    }
    return block;
}

/* Start blocks while there is space for them. */
static void start_blocks(struct worker *worker) {
    struct job *job = worker->job;
    while (worker->n_blocks < job->most_blocks && !job->failed) {
        uint64_t number = __atomic_fetch_add(&job->next, 1, __ATOMIC_RELAXED);
        if (number >= job->total)
            return;
        struct sg_block *block = new_block(worker, number);
        worker->blocks[worker->n_blocks++] = block;
        for (unsigned i = 0; i < block->n_warps; i++)
            make_ready(block->warps + i);
    }
}

/* A warp has ended: those that wait for it at a barrier do so no more. */
static void end_warp(struct worker *worker, struct sg_warp *w) {
    struct sg_block *block = w->block;
    block->n_live--;
    for (unsigned id = 0; id < BARRIERS && block->n_live; id++)
        open_barrier(block, id, block->n_live);
    if (block->n_live)
        return;
    for (size_t i = 0; i < worker->n_blocks; i++)
        if (worker->blocks[i] == block) {
            worker->blocks[i] = worker->blocks[--worker->n_blocks];
            break;
        }
    end_block(block);
}

/* One turn of every warp that can go on. */
static void take_turns(struct worker *worker, struct sg_warp **order) {
    struct job *job = worker->job;
    size_t n = worker->n_ready;
    memcpy(order, worker->ready, n * sizeof *order);
    worker->n_ready = 0;
    for (size_t i = n; i > 1; i--) { /* shuffle */
        size_t other = (size_t)(draw(worker) % i);
        struct sg_warp *one = order[i - 1];
        order[i - 1] = order[other], order[other] = one;
    }
    for (size_t i = 0; i < n && !job->failed; i++) {
        struct sg_warp *w = order[i];
        w->turns = 1 + (unsigned)(draw(worker) % (2 * job->turns - 1));
        w->state = RUNNING;
        sg_switch(&worker->stack_pointer, w->stack_pointer);
        if (w->state == RUNNING)
            make_ready(w);
        else if (w->state == ENDED)
            end_warp(worker, w);
    }
}

static void *work(void *argument) {
    struct worker *worker = argument;
    struct job *job = worker->job;
    size_t most = (size_t)job->most_blocks * job->n_warps;
    struct sg_warp **order = malloc(2 * most * sizeof *order);
    worker->ready = order + most;
    worker->blocks = malloc(job->most_blocks * sizeof *worker->blocks);
    for (;;) {
        start_blocks(worker);
        if (job->failed || !worker->n_blocks)
            break;
        if (!worker->n_ready) {
            struct sg_warp *w = worker->blocks[0]->warps;
            while (w->state != AT_BARRIER)
                w++;
            if (!__atomic_exchange_n(&job->failed, 1, __ATOMIC_SEQ_CST))
                snprintf(job->error, job->error_size, "%.120s, line %u of the PTX, block (%u, %u, %u), warp %u: waits at barrier %d for ever",
                         job->kernel->name, w->waits_at, w->ctaid[0], w->ctaid[1], w->ctaid[2], w->number, w->barrier);
            break;
        }
        take_turns(worker, order);
    }
    while (worker->n_blocks) /* after a failure */
        end_block(worker->blocks[--worker->n_blocks]);
    free(order);
    free(worker->blocks);
    return NULL;
}

static unsigned long setting(const char *name, unsigned long otherwise) {
    const char *text = getenv(name);
    return text && *text ? strtoul(text, NULL, 10) : otherwise;
}

int sg_launch(const struct sg_kernel *kernel, const unsigned grid[3], const unsigned block[3], unsigned dynamic_shared,
              void **parameters, char *error, size_t error_size) {
    static uint64_t launches;
    unsigned threads = (unsigned)setting("SG_THREADS", 2), resident = (unsigned)setting("SG_RESIDENT", 2112);
    unsigned lanes = block[0] * block[1] * block[2];
    unsigned size = 0;
    for (int i = 0; i < kernel->n_parameters; i++)
        size = kernel->parameters[i].offset + kernel->parameters[i].size;
    uint8_t *params = aligned_alloc(64, (size + 127) / 64 * 64);
    for (int i = 0; i < kernel->n_parameters; i++)
        memcpy(params + kernel->parameters[i].offset, parameters[i], kernel->parameters[i].size);
    struct job job = {.kernel = kernel, .grid = grid, .block = block, .dynamic_bytes = dynamic_shared, .params = params,
                      .total = (uint64_t)grid[0] * grid[1] * grid[2], .n_warps = (lanes + SG_LANES - 1) / SG_LANES,
                      .turns = (unsigned)setting("SG_TURNS", 4), .check = (unsigned)setting("SG_CHECK", 0),
                      .seed = setting("SG_SEED", 1), .error = error, .error_size = error_size};
    job.turns = job.turns ? job.turns : 1;
    uint64_t at_once = resident / job.n_warps;
    at_once = at_once < 1 ? 1 : at_once < job.total ? at_once : job.total;
    threads = threads < 1 ? 1 : threads < at_once ? threads : (unsigned)at_once;
    job.most_blocks = (unsigned)((at_once + threads - 1) / threads);
    uint64_t launch = __atomic_add_fetch(&launches, 1, __ATOMIC_RELAXED);
    struct worker workers[threads];
    pthread_t ids[threads];
    memset(workers, 0, sizeof workers);
    for (unsigned i = 0; i < threads; i++) {
        workers[i].job = &job;
        workers[i].random = (job.seed * 0x9E3779B97F4A7C15u ^ launch * 0xD1B54A32D192ED03u) + i * 0x8CB92BA72F3D8DD7u;
        workers[i].random = workers[i].random ? workers[i].random : 1;
    }
    unsigned started = 1; /* this thread is one of them */
    while (started < threads && pthread_create(ids + started, NULL, work, workers + started) == 0)
        started++;
    work(workers);
    for (unsigned i = 1; i < started; i++)
        pthread_join(ids[i], NULL);
    free(params);
    return job.failed;
}
