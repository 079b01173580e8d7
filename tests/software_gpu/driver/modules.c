/* Machine code: images of modules, kernels, and their launches.

An image is a cubin with the PTX that it was made of behind it (start/sitecustomize.py puts it there), or PTX. What runs
is that PTX, translated; from the cubin come the registers and the local memory that NVIDIA's assembler gave a kernel. */
#include "driver.h"

#include <dlfcn.h>
#include <elf.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define MARK "SG-PTX:"

extern char **environ;

struct kernel {
    char name[64]; /* that of the function in Python */
    const struct sg_kernel *code;
    struct library *library;
    unsigned registers, local_bytes, most_dynamic_shared;
};

struct library {
    void *object;
    const struct sg_global *globals;
    int n_globals, n_kernels;
    struct kernel *kernels;
    int (*launch)(const struct sg_kernel *, const unsigned[3], const unsigned[3], unsigned, void **, char *, size_t);
};

/* ---------------------------------------------------------------- images */

static size_t larger(size_t a, size_t b) { return a > b ? a : b; }

static const Elf64_Shdr *section(const Elf64_Ehdr *file, int i) {
    return (const Elf64_Shdr *)((const char *)file + file->e_shoff) + i;
}

static size_t size_of_cubin(const Elf64_Ehdr *file) {
    size_t end = larger(file->e_shoff + (size_t)file->e_shnum * file->e_shentsize,
                        file->e_phoff + (size_t)file->e_phnum * file->e_phentsize);
    for (int i = 0; i < file->e_shnum; i++)
        if (section(file, i)->sh_type != SHT_NOBITS) end = larger(end, section(file, i)->sh_offset + section(file, i)->sh_size);
    return end;
}

/* The PTX of an image; NULL if it has none. */
static const char *ptx_of(const char *image) {
    if (memcmp(image, ELFMAG, SELFMAG) != 0) return strstr(image, ".version") ? image : NULL;
    const char *behind = image + size_of_cubin((const Elf64_Ehdr *)image);
    return memcmp(behind, MARK, strlen(MARK)) == 0 ? behind + strlen(MARK) : NULL;
}

/* An attribute of a kernel in .nv.info: 4 bytes (format 4, attribute, size), then the symbol and the value. */
static unsigned attribute_in_cubin(const Elf64_Ehdr *file, const char *name, int wanted) {
    const Elf64_Shdr *symbols = NULL, *info = NULL;
    const char *strings = (const char *)file + section(file, file->e_shstrndx)->sh_offset;
    for (int i = 0; i < file->e_shnum; i++) {
        if (section(file, i)->sh_type == SHT_SYMTAB) symbols = section(file, i);
        if (strcmp(strings + section(file, i)->sh_name, ".nv.info") == 0) info = section(file, i);
    }
    if (!symbols || !info) return 0;
    const Elf64_Sym *all = (const Elf64_Sym *)((const char *)file + symbols->sh_offset);
    const char *names = (const char *)file + section(file, (int)symbols->sh_link)->sh_offset;
    const unsigned char *at = (const unsigned char *)file + info->sh_offset, *end = at + info->sh_size;
    while (at + 4 <= end) {
        unsigned size = at[0] == 4 ? at[2] | at[3] << 8 : 0;
        if (at[0] == 4 && at[1] == wanted && size == 8) {
            uint32_t pair[2];
            memcpy(pair, at + 4, 8);
            if (pair[0] < symbols->sh_size / sizeof *all && strcmp(names + all[pair[0]].st_name, name) == 0) return pair[1];
        }
        at += 4 + size;
    }
    return 0;
}

/* `_ZN5firth7kernels...11_count_readB2v1...`: the last name before what is no name, or at most the end of the name. */
static void set_short_name(struct kernel *kernel) {
    const char *name = kernel->code->name, *at = strncmp(name, "_ZN", 3) == 0 ? name + 3 : NULL;
    snprintf(kernel->name, sizeof kernel->name, "%.60s", name);
    while (at && *at >= '0' && *at <= '9') {
        char *end;
        size_t length = strtoul(at, &end, 10);
        if (length == 0 || length > strlen(end)) break;
        snprintf(kernel->name, sizeof kernel->name, "%.*s", (int)(length < 60 ? length : 60), end);
        at = end + length;
    }
}

/* Have modules.py translate some PTX; the path of the object. */
static int translate(const char *ptx, char *path, size_t path_size) {
    char source[] = "/tmp/software-gpu-XXXXXX";
    int file = mkstemp(source), pipes[2];
    size_t size = strlen(ptx);
    int is_written = file >= 0 && write(file, ptx, size) == (ssize_t)size;
    if (file >= 0) close(file);
    if (!is_written || pipe(pipes)) return 0;
    const char *python = getenv("SG_PYTHON"), *folder = getenv("SG_FOLDER");
    if (!python || !folder) {
        complain("start programs with `python tests/software_gpu COMMAND`");
        return 0;
    }
    char script[4096];
    snprintf(script, sizeof script, "%s/modules.py", folder);
    char *arguments[] = {(char *)python, "-S", "-E", script, source, NULL};
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, pipes[1], 1);
    posix_spawn_file_actions_addclose(&actions, pipes[0]);
    posix_spawn_file_actions_addclose(&actions, pipes[1]);
    pid_t process;
    int status = posix_spawn(&process, python, &actions, NULL, arguments, environ);
    posix_spawn_file_actions_destroy(&actions);
    close(pipes[1]);
    size_t length = 0;
    ssize_t got;
    while (!status && length + 1 < path_size && (got = read(pipes[0], path + length, path_size - 1 - length)) > 0)
        length += (size_t)got;
    path[length] = 0;
    path[strcspn(path, "\n")] = 0;
    close(pipes[0]);
    if (!status) waitpid(process, &status, 0);
    unlink(source);
    return status == 0 && *path;
}

API CUresult cuLibraryLoadData(CUlibrary *library, const void *image, int *options, void **values, unsigned n_options,
                               int *library_options, void **library_values, unsigned n_library_options) {
    CHECK_USABLE;
    (void)options, (void)values, (void)n_options, (void)library_options, (void)library_values, (void)n_library_options;
    const char *ptx = ptx_of(image);
    char path[4096];
    if (!ptx) {
        complain("an image without PTX");
        return INVALID_IMAGE;
    }
    if (!translate(ptx, path, sizeof path)) return INVALID_PTX;
    struct library *loaded = calloc(1, sizeof *loaded);
    loaded->object = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (!loaded->object) {
        complain("%s", dlerror());
        free(loaded);
        return INVALID_PTX;
    }
    const struct sg_kernel *(*kernels)(int *) = dlsym(loaded->object, "sg_kernels");
    const struct sg_global *(*globals)(int *) = dlsym(loaded->object, "sg_globals");
    loaded->launch = dlsym(loaded->object, "sg_launch");
    if (globals) loaded->globals = globals(&loaded->n_globals);
    const struct sg_kernel *codes = kernels(&loaded->n_kernels);
    loaded->kernels = calloc((size_t)loaded->n_kernels, sizeof *loaded->kernels);
    for (int i = 0; i < loaded->n_kernels; i++) {
        struct kernel *kernel = &loaded->kernels[i];
        kernel->code = &codes[i];
        kernel->library = loaded;
        kernel->registers = codes[i].registers;
        kernel->local_bytes = codes[i].local_bytes;
        kernel->most_dynamic_shared = 49152 - codes[i].shared_bytes;
        set_short_name(kernel);
        if (memcmp(image, ELFMAG, SELFMAG) == 0) {
            unsigned registers = attribute_in_cubin(image, codes[i].name, 0x2f);
            kernel->local_bytes = attribute_in_cubin(image, codes[i].name, 0x12); /* the least of the stack */
            if (registers) kernel->registers = registers;
        }
    }
    *library = loaded;
    return SUCCESS;
}

/* The code stays loaded: an operation that was queued may still run it. */
API CUresult cuLibraryUnload(CUlibrary library) {
    CHECK_USABLE;
    return library ? SUCCESS : INVALID_HANDLE;
}

API CUresult cuLibraryGetKernel(CUkernel *kernel, CUlibrary library, const char *name) {
    CHECK_USABLE;
    for (int i = 0; i < library->n_kernels; i++)
        if (strcmp(library->kernels[i].code->name, name) == 0) {
            *kernel = &library->kernels[i];
            return SUCCESS;
        }
    return NOT_FOUND;
}

API CUresult cuLibraryGetKernelCount(unsigned *count, CUlibrary library) {
    CHECK_USABLE;
    *count = (unsigned)library->n_kernels;
    return SUCCESS;
}

API CUresult cuLibraryGetGlobal(CUdeviceptr *address, size_t *size, CUlibrary library, const char *name) {
    CHECK_CONTEXT;
    for (int i = 0; i < library->n_globals; i++)
        if (strcmp(library->globals[i].name, name) == 0) {
            if (address) *address = (uint64_t)library->globals[i].address;
            if (size) *size = library->globals[i].size;
            return SUCCESS;
        }
    return NOT_FOUND;
}

/* ---------------------------------------------------------------- kernels: CUkernel and CUfunction are one here */

API CUresult cuKernelGetFunction(CUkernel *function, CUkernel kernel) {
    CHECK_CONTEXT;
    *function = kernel;
    return SUCCESS;
}

API CUresult cuKernelGetLibrary(CUlibrary *library, CUkernel kernel) {
    CHECK_USABLE;
    *library = kernel->library;
    return SUCCESS;
}

API CUresult cuKernelGetName(const char **name, CUkernel kernel) {
    CHECK_USABLE;
    *name = kernel->code->name;
    return SUCCESS;
}

API CUresult cuKernelGetParamInfo(CUkernel kernel, size_t i, size_t *offset, size_t *size) {
    CHECK_USABLE;
    if (i >= (size_t)kernel->code->n_parameters) return INVALID_VALUE;
    *offset = kernel->code->parameters[i].offset;
    if (size) *size = kernel->code->parameters[i].size;
    return SUCCESS;
}

static unsigned most_threads(const struct kernel *kernel) {
    unsigned by_registers = kernel->registers ? 65536 / ((kernel->registers + 7) / 8 * 8) / 32 * 32 : 1024;
    unsigned most = kernel->code->max_threads ? kernel->code->max_threads : 1024;
    return by_registers < most ? by_registers : most;
}

/* Attributes by number, as CUfunction_attribute has them. */
API CUresult cuFuncGetAttribute(int *value, int attribute, CUkernel kernel) {
    CHECK_USABLE;
    switch (attribute) {
        case 0: *value = (int)most_threads(kernel); return SUCCESS;
        case 1: *value = (int)kernel->code->shared_bytes; return SUCCESS;
        case 2: *value = 0; return SUCCESS; /* constant memory */
        case 3: *value = (int)kernel->local_bytes; return SUCCESS;
        case 4: *value = (int)kernel->registers; return SUCCESS;
        case 5: case 6: *value = 10 * settings.major + settings.minor; return SUCCESS;
        case 7: *value = 0; return SUCCESS;
        case 8: *value = (int)kernel->most_dynamic_shared; return SUCCESS;
        case 9: *value = -1; return SUCCESS;
        default: *value = 0; return SUCCESS; /* clusters */
    }
}

API CUresult cuKernelGetAttribute(int *value, int attribute, CUkernel kernel, CUdevice device) {
    (void)device;
    return cuFuncGetAttribute(value, attribute, kernel);
}

API CUresult cuFuncSetAttribute(CUkernel kernel, int attribute, int value) {
    CHECK_USABLE;
    if (attribute == 8) {
        if (value < 0 || (unsigned)value + kernel->code->shared_bytes > 232448) return INVALID_VALUE;
        kernel->most_dynamic_shared = (unsigned)value;
    }
    return SUCCESS;
}

API CUresult cuKernelSetAttribute(int attribute, int value, CUkernel kernel, CUdevice device) {
    (void)device;
    return cuFuncSetAttribute(kernel, attribute, value);
}

static unsigned least(unsigned a, unsigned b) { return a < b ? a : b; }

API CUresult cuOccupancyMaxActiveBlocksPerMultiprocessor(int *blocks, CUkernel kernel, int threads, size_t shared) {
    CHECK_CONTEXT;
    if (threads <= 0) return INVALID_VALUE;
    unsigned warps = ((unsigned)threads + 31) / 32, found = least(32, 64 / warps);
    if (kernel->registers) found = least(found, 65536 / 32 / ((kernel->registers + 7) / 8 * 8) / warps);
    found = least(found, 233472 / (unsigned)(kernel->code->shared_bytes + shared + 1024));
    *blocks = (int)found;
    return SUCCESS;
}

API CUresult cuOccupancyMaxActiveBlocksPerMultiprocessorWithFlags(int *blocks, CUkernel kernel, int threads, size_t shared,
                                                                  unsigned flags) {
    (void)flags;
    return cuOccupancyMaxActiveBlocksPerMultiprocessor(blocks, kernel, threads, shared);
}

/* ---------------------------------------------------------------- launches */

#define MOST_RUNNING 64
static const char *volatile running[MOST_RUNNING];

static int set_running(const char *name) {
    for (int i = 0; i < MOST_RUNNING; i++)
        if (__sync_bool_compare_and_swap(&running[i], NULL, name)) return i;
    return MOST_RUNNING - 1;
}

void describe_running(int file) {
    for (int i = 0; i < MOST_RUNNING; i++)
        if (running[i]) {
            (void)!write(file, " ", 1);
            (void)!write(file, running[i], strlen(running[i]));
        }
}

void run_kernel(struct operation *operation) {
    const struct kernel *kernel = operation->kernel;
    char error[512] = "";
    int slot = set_running(kernel->name);
    int failed = kernel->library->launch(kernel->code, operation->grid, operation->block, operation->shared,
                                         operation->parameters, error, sizeof error);
    running[slot] = NULL;
    pthread_mutex_lock(&lock);
    if (failed) {
        complain("%s: %s", kernel->name, error);
        fail(LAUNCH_FAILED);
    }
    char after[600];
    snprintf(after, sizeof after, "after %s", kernel->name);
    check_guards(after);
    pthread_mutex_unlock(&lock);
}

/* The pointers to parameters and then the parameters: a copy. NULL if one is an address of memory that was freed. */
static void **copied_parameters(const struct kernel *kernel, void **parameters) {
    const struct sg_kernel *code = kernel->code;
    size_t at = (sizeof(void *) * (size_t)code->n_parameters + 15) / 16 * 16, bytes = at + 16;
    for (int i = 0; i < code->n_parameters; i++) bytes += (code->parameters[i].size + 15) / 16 * 16;
    char *copy = malloc(bytes); /* aligned for 16 bytes */
    for (int i = 0; i < code->n_parameters; i++) {
        unsigned size = code->parameters[i].size;
        memcpy(copy + at, parameters[i], size);
        ((void **)copy)[i] = copy + at;
        uint64_t address;
        memcpy(&address, parameters[i], size < 8 ? size : 8);
        if (size == 8 && is_freed(address)) {
            complain("%s is given memory that was freed (parameter %d)", kernel->name, i);
            free(copy);
            return NULL;
        }
        at += (size + 15) / 16 * 16;
    }
    return (void **)copy;
}

API CUresult cuLaunchKernel(CUkernel kernel, unsigned grid_x, unsigned grid_y, unsigned grid_z, unsigned block_x,
                            unsigned block_y, unsigned block_z, unsigned shared, CUstream handle, void **parameters,
                            void **extra) {
    CHECK_CONTEXT;
    if (!kernel) return INVALID_HANDLE;
    struct stream *stream;
    CUresult result = known_stream(handle, &stream);
    if (result) return result;
    const char *name = kernel->name;
    uint64_t threads = (uint64_t)block_x * block_y * block_z;
    int is_wrong = !grid_x || !grid_y || !grid_z || !threads || grid_x > 2147483647u || grid_y > 65535 || grid_z > 65535 ||
                   block_x > 1024 || block_y > 1024 || block_z > 64 || threads > 1024 || extra;
    if (is_wrong || shared > kernel->most_dynamic_shared) {
        complain("%s: launched with blocks (%u, %u, %u) of (%u, %u, %u) threads and %u bytes of shared memory", name, grid_x,
                 grid_y, grid_z, block_x, block_y, block_z, shared);
        return INVALID_VALUE;
    }
    if (threads > most_threads(kernel)) {
        complain("%s: launched with %u threads, %u is the most (%u registers)", name, (unsigned)threads, most_threads(kernel),
                 kernel->registers);
        return LAUNCH_OUT_OF_RESOURCES;
    }
    struct operation *operation = new_operation(run_kernel);
    operation->kernel = kernel;
    memcpy(operation->grid, (unsigned[3]){grid_x, grid_y, grid_z}, sizeof operation->grid);
    memcpy(operation->block, (unsigned[3]){block_x, block_y, block_z}, sizeof operation->block);
    operation->shared = shared;
    pthread_mutex_lock(&lock);
    operation->parameters = copied_parameters(kernel, parameters);
    pthread_mutex_unlock(&lock);
    if (!operation->parameters) {
        free(operation);
        return INVALID_VALUE;
    }
    enqueue(stream, operation);
    return SUCCESS;
}

struct launch { /* CUlaunchConfig */
    unsigned grid[3], block[3], shared;
    CUstream stream;
    void *attributes;
    unsigned n_attributes;
};

API CUresult cuLaunchKernelEx(const struct launch *launch, CUkernel kernel, void **parameters, void **extra) {
    const unsigned *grid = launch->grid, *block = launch->block;
    if (launch->n_attributes) complain("cuLaunchKernelEx: %u attributes are not looked at", launch->n_attributes);
    return cuLaunchKernel(kernel, grid[0], grid[1], grid[2], block[0], block[1], block[2], launch->shared, launch->stream,
                          parameters, extra);
}
