/* A disk that fails on order. Preloaded into the real program; the file FAULT_SWITCH names says what fails now: "sync"
   (fsync, fdatasync), "write" (pwrite, write, ftruncate) or "read" (pread). Only the database's own files are touched. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Whether WHAT fails for this file now. The real calls are looked up each time: nothing here is hot. */
static int fails(const char *what, int fd) {
    const char *path = getenv("FAULT_SWITCH");
    if (!path) return 0;
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) return 0;
    char order[16] = "";
    static ssize_t (*really)(int, void *, size_t);
    if (!really) really = (ssize_t (*)(int, void *, size_t))dlsym(RTLD_NEXT, "read");
    ssize_t length = really(file, order, sizeof order - 1);
    close(file);
    if (length <= 0 || strncmp(order, what, strlen(what)) != 0) return 0;
    char link[64], target[4096];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t named = readlink(link, target, sizeof target - 1);
    if (named <= 0) return 0;
    target[named] = 0;
    if (!strstr(target, "candor.db")) return 0;
    errno = EIO;
    return 1;
}

#define REAL(name, type) ((type)dlsym(RTLD_NEXT, name))

int fsync(int fd) { return fails("sync", fd) ? -1 : REAL("fsync", int (*)(int))(fd); }
int fdatasync(int fd) { return fails("sync", fd) ? -1 : REAL("fdatasync", int (*)(int))(fd); }
int ftruncate(int fd, off_t to) { return fails("write", fd) ? -1 : REAL("ftruncate", int (*)(int, off_t))(fd, to); }
int ftruncate64(int fd, off64_t to) { return fails("write", fd) ? -1 : REAL("ftruncate64", int (*)(int, off64_t))(fd, to); }
ssize_t write(int fd, const void *from, size_t count) {
    return fails("write", fd) ? -1 : REAL("write", ssize_t (*)(int, const void *, size_t))(fd, from, count);
}
ssize_t pwrite(int fd, const void *from, size_t count, off_t at) {
    return fails("write", fd) ? -1 : REAL("pwrite", ssize_t (*)(int, const void *, size_t, off_t))(fd, from, count, at);
}
ssize_t pwrite64(int fd, const void *from, size_t count, off64_t at) {
    return fails("write", fd) ? -1 : REAL("pwrite64", ssize_t (*)(int, const void *, size_t, off64_t))(fd, from, count, at);
}
ssize_t pread(int fd, void *to, size_t count, off_t at) {
    return fails("read", fd) ? -1 : REAL("pread", ssize_t (*)(int, void *, size_t, off_t))(fd, to, count, at);
}
ssize_t pread64(int fd, void *to, size_t count, off64_t at) {
    return fails("read", fd) ? -1 : REAL("pread64", ssize_t (*)(int, void *, size_t, off64_t))(fd, to, count, at);
}
