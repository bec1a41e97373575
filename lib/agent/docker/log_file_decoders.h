// The decoders behind log_file_decoder.h, one per format. Private to this folder.
#pragma once

#include "agent/docker/log_file_decoder.h"

namespace logsvc::agent {

DecodedRecord decode_json_file(std::string_view bytes, std::string& scratch);
DecodedRecord decode_k8s_file(std::string_view bytes);
DecodedRecord decode_local_file(std::string_view bytes, std::string& scratch);

}  // namespace logsvc::agent
