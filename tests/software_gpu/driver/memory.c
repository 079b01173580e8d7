/* Memory of the device and pinned memory of the processor: both are ordinary memory between guards.

New memory is full of 0xFF (NaN, or -1), so that a read before the first write shows. Guards are looked at after every
kernel and when memory is freed. What was freed is kept a while, full of 0xFF, so that a later use shows. */
#include "driver.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define GUARD 256           /* bytes before and behind memory */
#define KEPT_BYTES (64u << 20)
#define ALIGNED(n, to) (((n) + (to) - 1) / (to) * (to))

struct block {
    uint64_t start;
    size_t size;
    enum kind kind;
    char *whole; /* with guards; NULL of memory that only was registered */
    size_t whole_size;
};

struct blocks {
    struct block *items;
    size_t count, room;
};

static struct blocks live; /* by address */
static struct blocks kept; /* freed; the oldest first */
static size_t used, kept_bytes;

/* Half of a guard is NaN, which a read makes seen; to the other half an addition makes a difference. */
static uint32_t guard_word(size_t i) { return i % 2 ? 0xFFFFFFFFu : 0xA5A5A5A5u; }

static void insert(struct blocks *blocks, size_t at, struct block block) {
    if (blocks->count == blocks->room) {
        blocks->room = blocks->room ? 2 * blocks->room : 64;
        blocks->items = realloc(blocks->items, blocks->room * sizeof block);
    }
    memmove(blocks->items + at + 1, blocks->items + at, (blocks->count - at) * sizeof block);
    blocks->items[at] = block;
    blocks->count++;
}

static struct block taken(struct blocks *blocks, size_t at) {
    struct block block = blocks->items[at];
    blocks->count--;
    memmove(blocks->items + at, blocks->items + at + 1, (blocks->count - at) * sizeof block);
    return block;
}

/* How many live blocks begin at or before an address. */
static size_t begun(uint64_t address) {
    size_t low = 0, high = live.count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (live.items[middle].start <= address) low = middle + 1;
        else high = middle;
    }
    return low;
}

static struct block *block_of(uint64_t address) {
    size_t i = begun(address);
    if (i == 0) return NULL;
    struct block *block = &live.items[i - 1];
    return address < block->start + block->size ? block : NULL;
}

enum kind kind_of(uint64_t address) {
    struct block *block = block_of(address);
    return block ? block->kind : PAGEABLE;
}

int is_inside(uint64_t address, size_t size) {
    struct block *block = block_of(address);
    return !block || size <= block->start + block->size - address;
}

static struct block *kept_block(uint64_t address) {
    for (size_t i = 0; i < kept.count; i++)
        if (kept.items[i].start <= address && address < kept.items[i].start + kept.items[i].size) return &kept.items[i];
    return NULL;
}

int is_freed(uint64_t address) { return !block_of(address) && kept_block(address); }

static uint32_t *guard_of(const struct block *block, int behind) {
    return (uint32_t *)(behind ? (char *)block->start + ALIGNED(block->size, 4) : (char *)block->start - GUARD);
}

static void set_guards(const struct block *block) {
    for (int behind = 0; behind < 2; behind++)
        for (size_t i = 0; i < GUARD / 4; i++) guard_of(block, behind)[i] = guard_word(i);
}

static void look_at_guards(struct block *block, const char *after) {
    if (!block->whole || settings.edges) return;
    for (int behind = 0; behind < 2; behind++) {
        uint32_t *guard = guard_of(block, behind);
        for (size_t i = 0; i < GUARD / 4; i++)
            if (guard[i] != guard_word(i)) {
                long offset = behind ? (long)(ALIGNED(block->size, 4) + 4 * i) : (long)(4 * i) - GUARD;
                complain("written outside memory: byte %ld of %zu bytes (found %s)", offset, block->size, after);
                set_guards(block);
                fail(LAUNCH_FAILED);
            }
    }
}

void check_guards(const char *after) {
    for (size_t i = 0; i < live.count; i++) look_at_guards(&live.items[i], after);
}

static char *new_memory(size_t size, struct block *block) {
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    if (settings.edges) { /* the end of memory is the end of a page */
        size_t inner = ALIGNED(ALIGNED(size, 16), page);
        block->whole_size = inner + 2 * page;
        block->whole = mmap(NULL, block->whole_size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (block->whole == MAP_FAILED) return NULL;
        mprotect(block->whole + page, inner, PROT_READ | PROT_WRITE);
        return block->whole + page + inner - ALIGNED(size, 16);
    }
    block->whole_size = GUARD + ALIGNED(size, 4) + GUARD;
    if (posix_memalign((void **)&block->whole, 256, block->whole_size)) return NULL;
    return block->whole + GUARD;
}

static void give_back(struct block *block) {
    if (settings.edges) munmap(block->whole, block->whole_size);
    else free(block->whole);
}

static CUresult allocate(size_t size, enum kind kind, uint64_t *address) {
    if (size == 0) return INVALID_VALUE;
    pthread_mutex_lock(&lock);
    struct block block = {.size = size, .kind = kind};
    size_t costs = kind == DEVICE ? ALIGNED(size, 512) : 0;
    char *start = used + costs <= settings.memory ? new_memory(size, &block) : NULL;
    if (start) {
        used += costs;
        block.start = *address = (uint64_t)start;
        memset(start, 0xFF, size);
        if (!settings.edges) set_guards(&block);
        insert(&live, begun(block.start), block);
    }
    pthread_mutex_unlock(&lock);
    return start ? SUCCESS : OUT_OF_MEMORY;
}

static void keep(struct block block) {
    if (settings.edges) { /* nobody may touch it from now on; the address is not used again */
        mprotect(block.whole, block.whole_size, PROT_NONE);
        madvise(block.whole, block.whole_size, MADV_DONTNEED);
        insert(&kept, kept.count, block);
        return;
    }
    memset((char *)block.start, 0xFF, block.size);
    insert(&kept, kept.count, block);
    kept_bytes += block.size;
    while (kept_bytes > KEPT_BYTES || kept.count > 256) {
        struct block oldest = taken(&kept, 0);
        for (size_t i = 0; i < oldest.size; i++)
            if (((unsigned char *)oldest.start)[i] != 0xFF) {
                complain("written after it was freed: byte %zu of %zu bytes", i, oldest.size);
                fail(LAUNCH_FAILED);
                break;
            }
        kept_bytes -= oldest.size;
        give_back(&oldest);
    }
}

/* A real driver waits as well for what may use the memory. */
static CUresult free_memory(uint64_t address, enum kind kind, const char *function) {
    CHECK_CONTEXT;
    wait_for_all();
    pthread_mutex_lock(&lock);
    size_t i = begun(address);
    int is_known = i > 0 && live.items[i - 1].start == address && live.items[i - 1].kind == kind && live.items[i - 1].whole;
    if (is_known) {
        look_at_guards(&live.items[i - 1], "when it was freed");
        struct block block = taken(&live, i - 1);
        if (kind == DEVICE) used -= ALIGNED(block.size, 512);
        keep(block);
    }
    pthread_mutex_unlock(&lock);
    if (!is_known) complain("%s of %#lx, which is not allocated%s", function, address, is_freed(address) ? " any more" : "");
    return is_known ? usable() : INVALID_VALUE;
}

API CUresult cuMemGetInfo_v2(size_t *free, size_t *total) {
    CHECK_CONTEXT;
    *free = settings.memory - used;
    *total = settings.memory;
    return SUCCESS;
}

API CUresult cuMemAlloc_v2(CUdeviceptr *address, size_t size) {
    CHECK_CONTEXT;
    return allocate(size, DEVICE, address);
}

API CUresult cuMemFree_v2(CUdeviceptr address) { return address ? free_memory(address, DEVICE, "cuMemFree") : SUCCESS; }

API CUresult cuMemHostAlloc(void **address, size_t size, unsigned flags) {
    CHECK_CONTEXT;
    (void)flags;
    return allocate(size, PINNED, (uint64_t *)address);
}

API CUresult cuMemFreeHost(void *address) { return free_memory((uint64_t)address, PINNED, "cuMemFreeHost"); }

API CUresult cuMemHostRegister_v2(void *address, size_t size, unsigned flags) {
    CHECK_CONTEXT;
    (void)flags;
    if (!size) return INVALID_VALUE;
    pthread_mutex_lock(&lock);
    int is_new = !block_of((uint64_t)address);
    if (is_new) insert(&live, begun((uint64_t)address), (struct block){(uint64_t)address, size, PINNED, NULL, 0});
    pthread_mutex_unlock(&lock);
    return is_new ? SUCCESS : HOST_MEMORY_ALREADY_REGISTERED;
}

API CUresult cuMemHostUnregister(void *address) {
    CHECK_CONTEXT;
    wait_for_all();
    pthread_mutex_lock(&lock);
    size_t i = begun((uint64_t)address);
    int is_known = i > 0 && live.items[i - 1].start == (uint64_t)address && !live.items[i - 1].whole;
    if (is_known) taken(&live, i - 1);
    pthread_mutex_unlock(&lock);
    return is_known ? SUCCESS : HOST_MEMORY_NOT_REGISTERED;
}

API CUresult cuMemHostGetDevicePointer_v2(CUdeviceptr *on_device, void *address, unsigned flags) {
    CHECK_CONTEXT;
    if (flags || kind_of((uint64_t)address) != PINNED) return INVALID_VALUE;
    *on_device = (uint64_t)address;
    return SUCCESS;
}

API CUresult cuMemGetAddressRange_v2(CUdeviceptr *start, size_t *size, CUdeviceptr address) {
    CHECK_CONTEXT;
    pthread_mutex_lock(&lock);
    struct block *block = block_of(address);
    if (block && start) *start = block->start;
    if (block && size) *size = block->size;
    pthread_mutex_unlock(&lock);
    return block ? SUCCESS : NOT_FOUND;
}

/* Attributes by number, as CUpointer_attribute has them. */
API CUresult cuPointerGetAttribute(void *value, int attribute, CUdeviceptr address) {
    CHECK_CONTEXT;
    pthread_mutex_lock(&lock);
    struct block *block = block_of(address);
    pthread_mutex_unlock(&lock);
    if (!block) return INVALID_VALUE;
    switch (attribute) {
        case 1: *(CUcontext *)value = primary_context(); return SUCCESS;
        case 2: *(unsigned *)value = block->kind == DEVICE ? 2 : 1; return SUCCESS;
        case 3: case 4: *(uint64_t *)value = address; return SUCCESS;
        case 8: *(unsigned *)value = 0; return SUCCESS; /* not managed */
        case 9: *(int *)value = 0; return SUCCESS;      /* number of the device */
        case 11: *(uint64_t *)value = block->start; return SUCCESS;
        case 12: *(size_t *)value = block->size; return SUCCESS;
        default: complain("cuPointerGetAttribute: attribute %d", attribute); return NOT_SUPPORTED;
    }
}
