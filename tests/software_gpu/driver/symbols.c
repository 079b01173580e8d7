/* How programs find the functions of a driver: cuGetProcAddress. Functions that this driver lacks are refused by name. */
#define _GNU_SOURCE
#include "driver.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOST 1024
static char *missing[MOST];
static int n_missing;

static CUresult refuse(int i) {
    complain("%s is not part of this driver", missing[i]);
    return NOT_SUPPORTED;
}

#define ONE(i) static CUresult missing_##i(void) { return refuse(0x##i); }
#define NAME(i) missing_##i,
#define SIXTEEN(what, i) what(i##0) what(i##1) what(i##2) what(i##3) what(i##4) what(i##5) what(i##6) what(i##7) \
    what(i##8) what(i##9) what(i##a) what(i##b) what(i##c) what(i##d) what(i##e) what(i##f)
#define MANY(what, i) SIXTEEN(what, i##0) SIXTEEN(what, i##1) SIXTEEN(what, i##2) SIXTEEN(what, i##3) SIXTEEN(what, i##4) \
    SIXTEEN(what, i##5) SIXTEEN(what, i##6) SIXTEEN(what, i##7) SIXTEEN(what, i##8) SIXTEEN(what, i##9) SIXTEEN(what, i##a) \
    SIXTEEN(what, i##b) SIXTEEN(what, i##c) SIXTEEN(what, i##d) SIXTEEN(what, i##e) SIXTEEN(what, i##f)
MANY(ONE, 0) MANY(ONE, 1) MANY(ONE, 2) MANY(ONE, 3)
static CUresult (*const REFUSALS[MOST])(void) = {MANY(NAME, 0) MANY(NAME, 1) MANY(NAME, 2) MANY(NAME, 3)};

static void *refusal(const char *name) {
    int i = 0;
    pthread_mutex_lock(&lock);
    while (i < n_missing && strcmp(missing[i], name) != 0) i++;
    if (i == n_missing && n_missing < MOST) missing[n_missing++] = strdup(name);
    pthread_mutex_unlock(&lock);
    return i < MOST ? (void *)REFUSALS[i] : NULL;
}

API CUresult cuGetProcAddress_v2(const char *name, void **function, int version, uint64_t flags, int *status) {
    (void)version, (void)flags;
    static const char *const SUFFIXES[] = {"_v2", ""};
    static void *self;
    Dl_info info;
    if (!self && dladdr((void *)cuGetProcAddress_v2, &info)) self = dlopen(info.dli_fname, RTLD_LAZY | RTLD_NOLOAD);
    *function = NULL;
    for (int i = 0; i < 2 && !*function; i++) {
        char whole[256];
        snprintf(whole, sizeof whole, "%s%s", name, SUFFIXES[i]);
        *function = dlsym(self, whole);
    }
    if (!*function) *function = refusal(name);
    if (status) *status = *function ? 0 : 1;
    return *function ? SUCCESS : NOT_FOUND;
}

API CUresult cuGetProcAddress(const char *name, void **function, int version, uint64_t flags) {
    return cuGetProcAddress_v2(name, function, version, flags, NULL);
}
