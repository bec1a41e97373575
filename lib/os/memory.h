// Controls the allocator of this process.
#pragma once

#include <cstdint>

namespace logsvc {

// Returns what this process may use: the machine's memory, or less if its control group says so. 0:
// unknown.
uint64_t machine_memory_bytes();
// Allows few arenas for many threads that wait most of the time. Call it before the first thread is
// started.
void limit_memory_arenas();
// Keeps freed buffers of up to 8 MiB in the process until return_free_memory(): a fresh page from
// the system costs more than what is done with it. Call it before the first thread is started.
void keep_freed_memory();
// Gives free memory back to the system; takes milliseconds.
void return_free_memory();

}  // namespace logsvc
