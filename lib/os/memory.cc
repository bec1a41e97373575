#include "os/memory.h"

#include <unistd.h>

#include <algorithm>
#include <barrier>
#include <cstdlib>  // defines __GLIBC__
#include <exception>
#include <fstream>
#include <thread>
#include <vector>

#ifdef __GLIBC__
#include <malloc.h>
#endif

#include "base/mutex.h"

namespace logsvc {
namespace {

// Returns the limit of a control group; UINT64_MAX if the file is not there or says "max".
uint64_t limit_in(const char* path) {
  std::ifstream in(path);
  uint64_t bytes = 0;
  return in >> bytes && bytes > 0 ? bytes : UINT64_MAX;
}

#ifdef __GLIBC__
constexpr int kTrimThreshold = 64 << 20;
// Both are set before the first thread is started.
int g_arenas = 0;
bool g_keeps_freed = false;

// malloc_trim() leaves what is free at the end of all arenas but the first. It is given back when
// something large is freed there, so threads that hold one arena each do that: of one caller at a
// time, since two would share the arenas.
void trim_arenas() {
  static Mutex mutex;
  const MutexLock lock(mutex);
  std::vector<std::jthread> threads;
  threads.reserve(static_cast<size_t>(g_arenas));
  mallopt(M_TRIM_THRESHOLD, 128 << 10);
  std::barrier all_have_one(g_arenas);
  for (int i = 0; i < g_arenas; ++i) {
    try {
      threads.emplace_back([&] {
        void* volatile large = std::malloc(256 << 10);
        all_have_one.arrive_and_wait();
        std::free(large);
      });
    } catch (const std::exception&) {  // no thread or memory for it: that arena keeps what it has
      all_have_one.arrive_and_drop();
    }
  }
  threads.clear();
  mallopt(M_TRIM_THRESHOLD, kTrimThreshold);
}
#endif

}  // namespace

uint64_t machine_memory_bytes() {
  const auto pages = static_cast<uint64_t>(std::max(0L, ::sysconf(_SC_PHYS_PAGES)));
  const auto page_bytes = static_cast<uint64_t>(std::max(0L, ::sysconf(_SC_PAGESIZE)));
  return std::min({pages * page_bytes, limit_in("/sys/fs/cgroup/memory.max"),
                   limit_in("/sys/fs/cgroup/memory/memory.limit_in_bytes")});
}

void limit_memory_arenas(int arenas) {
#ifdef __GLIBC__
  mallopt(M_ARENA_MAX, arenas);
  g_arenas = arenas;
#else
  (void)arenas;
#endif
}

void keep_freed_memory() {
#ifdef __GLIBC__
  g_keeps_freed = true;
  mallopt(M_MMAP_THRESHOLD, 8 << 20);
  mallopt(M_TRIM_THRESHOLD, kTrimThreshold);
#endif
}

void return_free_memory() {
#ifdef __GLIBC__
  if (g_keeps_freed && g_arenas > 1) trim_arenas();
  malloc_trim(0);
#endif
}

}  // namespace logsvc
