/* What a translated kernel and the scheduler of its warps (warps.c) share.

   A warp is a C function on a stack of its own. Registers that differ from lane to lane are arrays of 32 numbers.
   Where lanes have parted, `active` are those that execute now, and the others wait at blocks (struct sg_paths). */
#ifndef SG_WARPS_H
#define SG_WARPS_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "module.h"
#include "numbers.h"

#define SG_LANES 32
#define SG_UNLIKELY(condition) __builtin_expect(!!(condition), 0)
#define LANES for (int l = 0; l < SG_LANES; l++)
/* The lanes of a mask, one after the other. */
#define EACH_LANE(mask) \
    for (uint32_t left_ = (mask), l; left_ && (l = (uint32_t)__builtin_ctz(left_), 1); left_ &= left_ - 1)

struct sg_block;

struct sg_warp {
    uint32_t live;    /* lanes that have not ended */
    uint32_t started; /* lanes that there ever were: fewer than 32 in the last warp of some blocks */
    unsigned turns;   /* chances to hand over to another warp, until it does */
    uint32_t check;   /* not 0: SG_CHECK */
    uint8_t *shared;  /* of the block */
    const uint8_t *params;
    unsigned tid[3][SG_LANES], ctaid[3], ntid[3], nctaid[3];
    unsigned number; /* of the warp in its block */
    unsigned shared_bytes, dynamic_bytes;
    /* of the scheduler */
    struct sg_block *block;
    void *stack_pointer, *stack;
    int state, barrier;
    unsigned waits_at; /* line */
};

/* Let other warps go on. */
void sg_yield(struct sg_warp *w);
/* End the kernel with a message; `line` is of the PTX. */
void sg_fail(struct sg_warp *w, unsigned line, const char *format, ...) __attribute__((noreturn, cold, format(printf, 3, 4)));
/* Wait at a barrier of the block for `threads` (0: all). Counts what `values` has set; see bar.red. */
void sg_barrier(struct sg_warp *w, unsigned line, unsigned id, unsigned threads, uint32_t values);
void sg_arrive(struct sg_warp *w, unsigned line, unsigned id, unsigned threads);
unsigned sg_barrier_count(struct sg_warp *w, unsigned id);  /* values that were set */
unsigned sg_barrier_lanes(struct sg_warp *w, unsigned id);  /* lanes that came */
/* Why an access is wrong, if it is. */
void sg_examine(struct sg_warp *w, unsigned line, unsigned lane, uint64_t address, unsigned size, int is_shared)
    __attribute__((cold));
void sg_examine_mask(struct sg_warp *w, unsigned line, uint32_t active, uint32_t member) __attribute__((cold));
uint64_t sg_clock(void);

/* Of the translated module. */
typedef void (*sg_function)(struct sg_warp *);
sg_function sg_body(const struct sg_kernel *kernel);
extern const unsigned sg_most_local_bytes;

#define SG_TURN() \
    do { \
        if (SG_UNLIKELY(--w->turns == 0)) \
            sg_yield(w); \
    } while (0)
#define SG_EXAMINE(line, lane, address, size, is_shared) \
    do { \
        if (SG_UNLIKELY(((address) & ((size) - 1)) | w->check)) \
            sg_examine(w, line, lane, address, size, is_shared); \
    } while (0)

/* ---------------------------------------------------------------- lanes that have parted */

#define SG_NOWHERE 0xFFFFFFFFu

/* Lanes wait at blocks: `pending` those that may go on, `blocked` those that need lanes which are elsewhere. */
struct sg_paths {
    unsigned lowest, words; /* the first block that lanes may go on from */
    uint32_t *at;
    uint64_t *pending, *blocked;
};

static inline void sg_find_lowest(struct sg_paths *paths) {
    paths->lowest = SG_NOWHERE;
    for (unsigned i = 0; i < paths->words; i++)
        if (paths->pending[i]) {
            paths->lowest = i * 64 + (unsigned)__builtin_ctzll(paths->pending[i]);
            break;
        }
}

static inline void sg_put(struct sg_paths *paths, unsigned block, uint32_t lanes) {
    paths->at[block] |= lanes;
    paths->pending[block / 64] |= 1ull << block % 64;
    paths->blocked[block / 64] &= ~(1ull << block % 64);
    if (block < paths->lowest)
        paths->lowest = block;
}

static inline void sg_block_at(struct sg_paths *paths, unsigned block, uint32_t lanes) {
    paths->at[block] |= lanes;
    paths->blocked[block / 64] |= 1ull << block % 64;
}

static inline void sg_unblock(struct sg_paths *paths) {
    for (unsigned i = 0; i < paths->words; i++) {
        paths->pending[i] |= paths->blocked[i];
        paths->blocked[i] = 0;
    }
    sg_find_lowest(paths);
}

/* The lanes at the first block; there must be some. */
static inline uint32_t sg_take(struct sg_paths *paths) {
    unsigned block = paths->lowest;
    uint32_t lanes = paths->at[block];
    paths->at[block] = 0;
    paths->pending[block / 64] &= ~(1ull << block % 64);
    sg_find_lowest(paths);
    return lanes;
}

/* No lane can go on. */
void sg_stuck(struct sg_warp *w, const struct sg_paths *paths, const unsigned *lines) __attribute__((noreturn, cold));

/* Those of `active` whose member mask has all arrived. */
static inline uint32_t sg_complete(uint32_t active, uint32_t live, const uint32_t *member) {
    uint32_t found = 0;
    EACH_LANE(active) found |= (uint32_t)((member[l] & live & ~active) == 0) << l;
    return found;
}

/* ---------------------------------------------------------------- lanes together */

#if defined(__AVX2__)
#include <immintrin.h>
static inline uint32_t sg_bits(const int32_t *flags) { /* the sign of each */
    uint32_t found = 0;
    for (int i = 0; i < 4; i++)
        found |= (uint32_t)_mm256_movemask_ps(_mm256_loadu_ps((const float *)flags + 8 * i)) << 8 * i;
    return found;
}
#else
static inline uint32_t sg_bits(const int32_t *flags) {
    uint32_t found = 0;
    LANES found |= (uint32_t)(flags[l] < 0) << l;
    return found;
}
#endif

/* The lane that shfl reads from; `*inside` is its predicate. */
static inline unsigned sg_source(char mode, unsigned lane, uint32_t b, uint32_t c, int *inside) {
    unsigned clamp = c & 31, segment = c >> 8 & 31;
    unsigned most = (lane & segment) | (clamp & ~segment), least = lane & segment;
    int from;
    switch (mode) {
    case 'u': from = (int)lane - (int)(b & 31), *inside = from >= (int)most; break;
    case 'd': from = (int)(lane + (b & 31)), *inside = from <= (int)most; break;
    case 'b': from = (int)(lane ^ (b & 31)), *inside = from <= (int)most; break;
    default: from = (int)(least | (b & 31 & ~segment)), *inside = from <= (int)most;
    }
    return *inside ? (unsigned)from : lane;
}

/* ---------------------------------------------------------------- atomic operations */

static inline uint32_t sg_add_f32(uint64_t address, float number) {
    uint32_t *at = (uint32_t *)address, old = __atomic_load_n(at, __ATOMIC_RELAXED);
    while (!__atomic_compare_exchange_n(at, &old, sg_u32(sg_f32(old) + number), 1, __ATOMIC_RELAXED, __ATOMIC_RELAXED)) {
    }
    return old;
}
static inline uint64_t sg_add_f64(uint64_t address, double number) {
    uint64_t *at = (uint64_t *)address, old = __atomic_load_n(at, __ATOMIC_RELAXED);
    while (!__atomic_compare_exchange_n(at, &old, sg_u64(sg_f64(old) + number), 1, __ATOMIC_RELAXED, __ATOMIC_RELAXED)) {
    }
    return old;
}

/* Four numbers next to each other, of which nobody sees a part: more than a GPU promises, and four times as fast. */
static inline void sg_add_v4(uint64_t address, float a, float b, float c, float d) {
    typedef float four __attribute__((vector_size(16)));
    union { four numbers; unsigned __int128 bits; } old, new;
    unsigned __int128 *at = (unsigned __int128 *)address, found;
    old.numbers = *(four *)address;
    for (;;) {
        new.numbers = old.numbers + (four){a, b, c, d};
        found = __sync_val_compare_and_swap(at, old.bits, new.bits);
        if (found == old.bits)
            return;
        old.bits = found;
    }
}

/* Read, change, compare and exchange: `change` is an expression of `old`. */
#define SG_ATOMIC(type, address, change) \
    ({ \
        type *at_ = (type *)(address), old = __atomic_load_n(at_, __ATOMIC_RELAXED); \
        while (!__atomic_compare_exchange_n(at_, &old, (type)(change), 1, __ATOMIC_SEQ_CST, __ATOMIC_RELAXED)) { \
        } \
        old; \
    })

#endif
