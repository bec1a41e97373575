#include "agent/docker/log_file_decoder.h"

#include "agent/docker/log_file_decoders.h"

namespace logsvc::agent {

DecodedRecord decode_log_file(LogFileFormat format, std::string_view bytes, std::string& scratch) {
  return format == LogFileFormat::kLocal ? decode_local_file(bytes, scratch)
                                         : decode_json_file(bytes, scratch);
}

}  // namespace logsvc::agent
