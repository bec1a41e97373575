// Compresses answers with gzip for those who accept it.
#pragma once

#include "http/message.h"

namespace logsvc::server {

// Compresses the body of a text answer that is worth it, if the request accepts gzip.
void compress_response(const http::Request& request, http::Response& response);

}  // namespace logsvc::server
