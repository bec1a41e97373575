// gzip for those who take it.
#pragma once

#include <httplib.h>

namespace logsvc::server {

// Compresses the body of a text answer that is worth it, if the request accepts gzip.
void compress_response(const httplib::Request& request, httplib::Response& response);

}  // namespace logsvc::server
