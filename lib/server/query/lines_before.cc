#include "server/query/lines_before.h"

namespace logsvc::server {

std::string lines_before(const std::string& query, Duration window) {
  return "(count_over_time(" + query + " [" + std::to_string(window / kMillisecond) +
         "ms] offset 1ns))";
}

}  // namespace logsvc::server
