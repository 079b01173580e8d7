/* What instructions compute that C has no operator for. */
#ifndef SG_NUMBERS_H
#define SG_NUMBERS_H

#include <stdint.h>

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

#endif
