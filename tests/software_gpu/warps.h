/* What a translated kernel and the scheduler of its warps (warps.c) share.

   A warp is a C function on a stack of its own. Registers that differ from lane to lane are arrays of 32 numbers.
   Where lanes have parted, `active` are those that execute now, and the others wait at blocks (struct sg_paths). */
#ifndef SG_WARPS_H
#define SG_WARPS_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "module.h"

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

/* ---------------------------------------------------------------- numbers */

static inline float sg_f32(uint32_t bits) {
    union { uint32_t bits; float number; } both = {bits};
    return both.number;
}
static inline uint32_t sg_u32(float number) {
    union { float number; uint32_t bits; } both = {number};
    return both.bits;
}
static inline double sg_f64(uint64_t bits) {
    union { uint64_t bits; double number; } both = {bits};
    return both.number;
}
static inline uint64_t sg_u64(double number) {
    union { double number; uint64_t bits; } both = {number};
    return both.bits;
}

/* Numbers below the normal ones become 0, with their sign. */
static inline float sg_ftz(float x) {
    return __builtin_fabsf(x) < 0x1p-126f ? sg_f32(sg_u32(x) & 0x80000000u) : x;
}

/* Of two numbers the one that is not NaN; -0 is less than 0. */
static inline float sg_min_f32(float a, float b) {
    float least = a < b || b != b ? a : b;
    return a == b ? sg_f32(sg_u32(a) | sg_u32(b)) : least;
}
static inline float sg_max_f32(float a, float b) {
    float most = a > b || b != b ? a : b;
    return a == b ? sg_f32(sg_u32(a) & sg_u32(b)) : most;
}
static inline double sg_min_f64(double a, double b) {
    double least = a < b || b != b ? a : b;
    return a == b ? sg_f64(sg_u64(a) | sg_u64(b)) : least;
}
static inline double sg_max_f64(double a, double b) {
    double most = a > b || b != b ? a : b;
    return a == b ? sg_f64(sg_u64(a) & sg_u64(b)) : most;
}

/* Into [0, 1]; NaN becomes 0. */
static inline float sg_saturate(float x) { return x > 0.0f ? (x < 1.0f ? x : 1.0f) : 0.0f; }

/* Division by 0 gives all ones; the least number by -1 itself. */
#define SG_DIVIDE(name, type, least) \
    static inline type sg_div_##name(type a, type b) { return b == 0 ? (type)-1 : least ? a : (type)(a / b); } \
    static inline type sg_rem_##name(type a, type b) { return b == 0 ? a : least ? 0 : (type)(a % b); }
SG_DIVIDE(u16, uint16_t, 0)
SG_DIVIDE(u32, uint32_t, 0)
SG_DIVIDE(u64, uint64_t, 0)
SG_DIVIDE(s16, int16_t, 0)
SG_DIVIDE(s32, int32_t, (b == -1 && a == INT32_MIN))
SG_DIVIDE(s64, int64_t, (b == -1 && a == INT64_MIN))

static inline uint64_t sg_mulhi_u64(uint64_t a, uint64_t b) { return (uint64_t)((unsigned __int128)a * b >> 64); }
static inline int64_t sg_mulhi_s64(int64_t a, int64_t b) { return (int64_t)((__int128)a * b >> 64); }

static inline uint32_t sg_brev32(uint32_t x) {
    x = (x >> 1 & 0x55555555u) | (x & 0x55555555u) << 1;
    x = (x >> 2 & 0x33333333u) | (x & 0x33333333u) << 2;
    x = (x >> 4 & 0x0F0F0F0Fu) | (x & 0x0F0F0F0Fu) << 4;
    return __builtin_bswap32(x);
}
static inline uint64_t sg_brev64(uint64_t x) {
    return (uint64_t)sg_brev32((uint32_t)x) << 32 | sg_brev32((uint32_t)(x >> 32));
}
static inline uint32_t sg_clz32(uint32_t x) { return x ? (uint32_t)__builtin_clz(x) : 32; }
static inline uint32_t sg_clz64(uint64_t x) { return x ? (uint32_t)__builtin_clzll(x) : 64; }

static inline uint32_t sg_bfind(uint64_t x, unsigned width, int shift_amount) {
    x &= width == 64 ? ~0ull : 0xFFFFFFFFull;
    if (!x)
        return 0xFFFFFFFFu;
    uint32_t at = 63u - (uint32_t)__builtin_clzll(x);
    return shift_amount ? width - 1 - at : at;
}

static inline uint64_t sg_bfe(uint64_t a, uint32_t position, uint32_t length, unsigned width, int is_signed) {
    position &= 255, length &= 255;
    uint64_t whole = width == 64 ? ~0ull : 0xFFFFFFFFull, sign = 0;
    a &= whole;
    if (is_signed && length) {
        unsigned last = position + length - 1 < width - 1 ? position + length - 1 : width - 1;
        sign = a >> last & 1;
    }
    uint64_t taken = position < 64 ? a >> position : 0, mask = length >= 64 ? ~0ull : (1ull << length) - 1;
    unsigned had = position < width ? width - position : 0; /* bits that there are */
    uint64_t there = had >= 64 ? ~0ull : (1ull << had) - 1;
    uint64_t filled = sign ? ~0ull & ~(mask & there) : 0;
    return ((taken & mask & there) | filled) & whole;
}

static inline uint64_t sg_bfi(uint64_t a, uint64_t b, uint32_t position, uint32_t length, unsigned width) {
    position &= 255, length &= 255;
    if (position >= width)
        return b;
    uint64_t mask = (length >= 64 ? ~0ull : (1ull << length) - 1) << position;
    return (b & ~mask) | (a << position & mask);
}

static inline uint32_t sg_prmt(uint32_t a, uint32_t b, uint32_t selector) {
    uint64_t both = (uint64_t)b << 32 | a;
    uint32_t found = 0;
    for (int i = 0; i < 4; i++) {
        uint32_t one = selector >> 4 * i & 15, byte = (uint32_t)(both >> 8 * (one & 7)) & 255;
        if (one & 8)
            byte = byte & 128 ? 255 : 0;
        found |= byte << 8 * i;
    }
    return found;
}

static inline uint32_t sg_shf(uint32_t low, uint32_t high, uint32_t count, int is_left, int clamps) {
    count = clamps ? (count < 32 ? count : 32) : count & 31;
    uint64_t both = (uint64_t)high << 32 | low;
    return is_left ? (uint32_t)(both << count >> 32) : (uint32_t)(both >> count);
}

/* A sum of two doubles without loss: `sum` + `*rest`. */
static inline double sg_two_sum(double a, double b, double *rest) {
    double sum = a + b, of_b = sum - a;
    *rest = (a - (sum - of_b)) + (b - of_b);
    return sum;
}

/* value + rest to float: down, up, or towards 0. */
static inline float sg_round_f32(double value, double rest, char mode) {
    float near = (float)value;
    double difference = (double)near - value;
    if (near != near || value - value != 0)
        return near;
    int above = difference > 0 || (difference == 0 && rest < 0), below = difference < 0 || (difference == 0 && rest > 0);
    int down = mode == 'm' || (mode == 'z' && (value > 0 || (value == 0 && rest > 0)));
    uint32_t bits = sg_u32(near);
    if (down && above)
        return near > 0 ? sg_f32(bits - 1) : near == 0 ? -0x1p-149f : sg_f32(bits + 1);
    if (!down && below)
        return near < 0 ? sg_f32(bits - 1) : near == 0 ? 0x1p-149f : sg_f32(bits + 1);
    return near;
}
static inline float sg_add_round(float a, float b, char mode) {
    double rest, sum = sg_two_sum(a, b, &rest);
    if (sum == 0 && mode == 'm' && (a != 0 || sg_u32(a) != sg_u32(b)))
        return a == 0 && b == 0 && sg_u32(a) == 0 && sg_u32(b) == 0 ? 0.0f : -0.0f;
    return sg_round_f32(sum, rest, mode);
}
static inline float sg_fma_round(float a, float b, float c, char mode) {
    double product = (double)a * b, rest, sum = sg_two_sum(product, c, &rest);
    return sg_round_f32(sum, rest, mode);
}
static inline float sg_mul_round(float a, float b, char mode) { return sg_round_f32((double)a * b, 0, mode); }

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
