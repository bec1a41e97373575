// Lowers what a thread gets of a processor that others want too.
#pragma once

namespace logsvc {

// Lowers the calling thread's priority by steps of nice, each about a quarter; for good, since
// raising it again takes privileges.
void lower_thread_priority(int steps);

}  // namespace logsvc
