// How many files and sockets this process may have open.
#pragma once

namespace logsvc {

// As many as the system lets it have, up to 65,536: a service manager's default of 1,024 is made
// for programs that use select(). Before the first thread is started.
void raise_descriptor_limit();

}  // namespace logsvc
