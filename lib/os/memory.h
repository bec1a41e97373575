// Controls the allocator of this process.
#pragma once

#include <cstdint>

namespace logsvc {

// Returns what this process may use: the machine's memory, or less if its control group says so. 0:
// unknown.
uint64_t machine_memory_bytes();
// Allows few arenas for many threads that wait most of the time: each arena keeps what is freed for
// its own threads. But whoever allocates waits for the arena, and for long if a thread of lower
// priority has it. Call it before the first thread is started.
void limit_memory_arenas(int arenas);
// Keeps freed buffers of up to 8 MiB in the process until return_free_memory(): a fresh page from
// the system costs more than what is done with it. Call it before the first thread is started.
void keep_freed_memory();
// Gives free memory of every arena back to the system; takes milliseconds, and with
// keep_freed_memory() a short-lived thread for each arena. Safe from several threads.
void return_free_memory();

}  // namespace logsvc
