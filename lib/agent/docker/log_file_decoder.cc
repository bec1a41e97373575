#include "agent/docker/log_file_decoder.h"

#include "agent/docker/log_file_decoders.h"

namespace logsvc::agent {

DecodedRecord decode_log_file(LogFileFormat format, std::string_view bytes, std::string& scratch) {
  if (format == LogFileFormat::kLocal) return decode_local_file(bytes, scratch);
  const bool is_json = bytes.empty() || bytes.front() < '0' || bytes.front() > '9';
  return is_json ? decode_json_file(bytes, scratch) : decode_k8s_file(bytes);
}

}  // namespace logsvc::agent
