// The allocator of this process.
#pragma once

#include <cstdint>

namespace logsvc {

// What this process may use: of the machine, or less if its control group says so. 0: unknown.
uint64_t machine_memory_bytes();
// Few arenas for many threads that wait most of the time. Before the first thread is started.
void limit_memory_arenas();
// Freed buffers of up to 8 MiB stay with the process until return_free_memory(): a fresh page from
// the system costs more than what is done with it. Before the first thread is started.
void keep_freed_memory();
// Gives memory that is free back to the system; takes milliseconds.
void return_free_memory();

}  // namespace logsvc
