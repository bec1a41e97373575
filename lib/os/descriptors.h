// Raises how many files and sockets this process may have open.
#pragma once

namespace logsvc {

// Raises the limit as far as the system allows, up to 65,536: a service manager's default of 1,024
// is meant for programs that use select(). Call it before the first thread is started.
void raise_descriptor_limit();

}  // namespace logsvc
