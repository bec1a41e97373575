#include "os/memory.h"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>  // defines __GLIBC__
#include <fstream>

#ifdef __GLIBC__
#include <malloc.h>
#endif

namespace logsvc {
namespace {

// Returns the limit of a control group; UINT64_MAX if the file is not there or says "max".
uint64_t limit_in(const char* path) {
  std::ifstream in(path);
  uint64_t bytes = 0;
  return in >> bytes && bytes > 0 ? bytes : UINT64_MAX;
}

}  // namespace

uint64_t machine_memory_bytes() {
  const auto pages = static_cast<uint64_t>(std::max(0L, ::sysconf(_SC_PHYS_PAGES)));
  const auto page_bytes = static_cast<uint64_t>(std::max(0L, ::sysconf(_SC_PAGESIZE)));
  return std::min({pages * page_bytes, limit_in("/sys/fs/cgroup/memory.max"),
                   limit_in("/sys/fs/cgroup/memory/memory.limit_in_bytes")});
}

void limit_memory_arenas() {
#ifdef __GLIBC__
  mallopt(M_ARENA_MAX, 2);
#endif
}

void keep_freed_memory() {
#ifdef __GLIBC__
  mallopt(M_MMAP_THRESHOLD, 8 << 20);
  mallopt(M_TRIM_THRESHOLD, 64 << 20);
#endif
}

void return_free_memory() {
#ifdef __GLIBC__
  malloc_trim(0);
#endif
}

}  // namespace logsvc
