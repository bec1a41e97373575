// LD_PRELOAD: a disk under DISK_SHIM_ROOT that fails and that forgets.
//
// DISK_SHIM_FAULTS names a file of lines "CALL ERRNO PART": while a line is there, that call fails
// with that number for everything under the root whose path has the part in it.
//
// DISK_SHIM_SHADOW names a directory in which is kept what a power cut would leave: what a file had
// when it was last synced (files/ID), and the names that a directory had then (dirs/ID: lines "ID
// NAME", directories with a slash behind). IDs are inode and time of birth. Python puts it together.
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

static ssize_t raw_write(int fd, const void* bytes, size_t n) {
  return syscall(SYS_write, fd, bytes, n);
}

static int is_under_root(const char* path) {
  const char* root = getenv("DISK_SHIM_ROOT");
  const size_t n = root ? strlen(root) : 0;
  return n > 0 && strncmp(path, root, n) == 0 && (path[n] == '/' || path[n] == 0);
}

static int path_of(int fd, char* out, size_t size) {
  char link[64];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  const ssize_t n = readlink(link, out, size - 1);
  if (n <= 0) return 0;
  out[n] = 0;
  return is_under_root(out);
}

// The number that the call is to fail with for the path; 0: it is not.
static int fault(const char* call, const char* path) {
  const char* faults = getenv("DISK_SHIM_FAULTS");
  if (!faults) return 0;
  const int fd = (int)syscall(SYS_openat, AT_FDCWD, faults, O_RDONLY | O_CLOEXEC, 0);
  if (fd < 0) return 0;
  char text[512] = {0};
  const ssize_t n = syscall(SYS_read, fd, text, sizeof text - 1);
  syscall(SYS_close, fd);
  if (n <= 0) return 0;
  const size_t length = strlen(call);
  for (const char* line = text; line; line = strchr(line, '\n')) {
    if (*line == '\n') ++line;
    char part[256] = {0};
    int number = 0;
    if (strncmp(line, call, length) != 0 || line[length] != ' ') continue;
    if (sscanf(line + length, "%d %255[^\n]", &number, part) >= 1 && strstr(path, part)) {
      return number;
    }
  }
  return 0;
}

static int fails(int fd, const char* call) {
  char path[4096];
  const int number = path_of(fd, path, sizeof path) ? fault(call, path) : 0;
  if (number == 0) return 0;
  errno = number;
  return 1;
}

static int id_of(const char* path, char* out, size_t size, int* is_dir) {
  struct statx st;
  if (syscall(SYS_statx, AT_FDCWD, path, AT_SYMLINK_NOFOLLOW, STATX_BASIC_STATS | STATX_BTIME, &st)) {
    return 0;
  }
  *is_dir = S_ISDIR(st.stx_mode);
  snprintf(out, size, "%llu-%lld-%u", (unsigned long long)st.stx_ino,
           (long long)st.stx_btime.tv_sec, st.stx_btime.tv_nsec);
  return 1;
}

static void copy(const char* from, const char* to, off_t offset) {
  const int in = (int)syscall(SYS_openat, AT_FDCWD, from, O_RDONLY | O_CLOEXEC, 0);
  const int out = (int)syscall(SYS_openat, AT_FDCWD, to, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  char buffer[65536];
  off_t at = offset;
  while (in >= 0 && out >= 0) {
    const ssize_t n = syscall(SYS_pread64, in, buffer, sizeof buffer, at);
    if (n <= 0) break;
    syscall(SYS_pwrite64, out, buffer, n, at);
    at += n;
  }
  syscall(SYS_close, in);
  syscall(SYS_close, out);
}

static void keep_file(const char* path, const char* shadow, const char* id) {
  char kept[4096], fresh[4200];
  snprintf(kept, sizeof kept, "%s/files/%s", shadow, id);
  struct stat now, before;
  // The journal only grows: all of it again with each sync would take too long.
  if (strstr(path, "/journal/") && stat(kept, &before) == 0 && stat(path, &now) == 0 &&
      now.st_size >= before.st_size) {
    copy(path, kept, before.st_size);
    return;
  }
  static _Thread_local unsigned number = 0;
  snprintf(fresh, sizeof fresh, "%s.%ld.%u", kept, syscall(SYS_gettid), ++number);
  copy(path, fresh, 0);
  syscall(SYS_renameat2, AT_FDCWD, fresh, AT_FDCWD, kept, 0);
}

static void keep_names(const char* path, const char* shadow, const char* id) {
  char kept[4096], fresh[4200];
  snprintf(kept, sizeof kept, "%s/dirs/%s", shadow, id);
  snprintf(fresh, sizeof fresh, "%s.%ld", kept, syscall(SYS_gettid));
  const int out =
      (int)syscall(SYS_openat, AT_FDCWD, fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  DIR* dir = opendir(path);
  for (const struct dirent* e; dir && (e = readdir(dir));) {
    if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0) continue;
    char child[8192], child_id[128], line[8192];
    int is_dir = 0;
    snprintf(child, sizeof child, "%s/%s", path, e->d_name);
    if (!id_of(child, child_id, sizeof child_id, &is_dir)) continue;
    const int n =
        snprintf(line, sizeof line, "%s %s%s\n", child_id, e->d_name, is_dir ? "/" : "");
    raw_write(out, line, (size_t)n);
  }
  if (dir) closedir(dir);
  syscall(SYS_close, out);
  syscall(SYS_renameat2, AT_FDCWD, fresh, AT_FDCWD, kept, 0);
}

static void keep(const char* path, int with_all_below) {
  const char* shadow = getenv("DISK_SHIM_SHADOW");
  char id[128];
  int is_dir = 0;
  if (!shadow || !id_of(path, id, sizeof id, &is_dir)) return;
  if (!is_dir) {
    keep_file(path, shadow, id);
    return;
  }
  DIR* dir = with_all_below ? opendir(path) : NULL;
  for (const struct dirent* e; dir && (e = readdir(dir));) {
    if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0) continue;
    char child[8192];
    snprintf(child, sizeof child, "%s/%s", path, e->d_name);
    keep(child, 1);
  }
  if (dir) closedir(dir);
  keep_names(path, shadow, id);
}

__attribute__((constructor)) static void begin(void) {
  if (getenv("DISK_SHIM_ROOT")) keep(getenv("DISK_SHIM_ROOT"), 1);
}

static int sync_with(long call, const char* name, int fd) {
  if (fails(fd, name)) return -1;
  const int result = (int)syscall(call, fd);
  char path[4096];
  if (result == 0 && path_of(fd, path, sizeof path)) {
    keep(call == SYS_syncfs ? getenv("DISK_SHIM_ROOT") : path, call == SYS_syncfs);
  }
  return result;
}

int fdatasync(int fd) { return sync_with(SYS_fdatasync, "fdatasync", fd); }
int fsync(int fd) { return sync_with(SYS_fsync, "fsync", fd); }
int syncfs(int fd) { return sync_with(SYS_syncfs, "syncfs", fd); }

ssize_t write(int fd, const void* bytes, size_t n) {
  return fails(fd, "write") ? -1 : raw_write(fd, bytes, n);
}
ssize_t writev(int fd, const struct iovec* parts, int n) {
  return fails(fd, "writev") ? -1 : syscall(SYS_writev, fd, parts, n);
}
ssize_t pwrite64(int fd, const void* bytes, size_t n, off64_t at) {
  return fails(fd, "pwrite") ? -1 : syscall(SYS_pwrite64, fd, bytes, n, at);
}
ssize_t pwrite(int fd, const void* bytes, size_t n, off_t at) { return pwrite64(fd, bytes, n, at); }
ssize_t pread64(int fd, void* bytes, size_t n, off64_t at) {
  return fails(fd, "pread") ? -1 : syscall(SYS_pread64, fd, bytes, n, at);
}
ssize_t pread(int fd, void* bytes, size_t n, off_t at) { return pread64(fd, bytes, n, at); }

int rename(const char* from, const char* to) {
  const int number = is_under_root(to) ? fault("rename", to) : 0;
  if (number) {
    errno = number;
    return -1;
  }
  return (int)syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0);
}

static int open_with(const char* path, int flags, va_list more) {
  const mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(more, mode_t) : 0;
  const int number = is_under_root(path) ? fault(flags & O_CREAT ? "create" : "open", path) : 0;
  if (number) {
    errno = number;
    return -1;
  }
  return (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
}
int open(const char* path, int flags, ...) {
  va_list more;
  va_start(more, flags);
  const int fd = open_with(path, flags, more);
  va_end(more);
  return fd;
}
int open64(const char* path, int flags, ...) {
  va_list more;
  va_start(more, flags);
  const int fd = open_with(path, flags | O_LARGEFILE, more);
  va_end(more);
  return fd;
}
