// How handlers answer: errors as status numbers, texts, JSON.
#pragma once

#include <string>

#include "base/result.h"
#include "http/message.h"

namespace logsvc::server {

// Sends the error: its code becomes the status number, its message the text. If a later attempt may
// succeed, Retry-After says so.
void send_error(http::Response& response, const Error& error);
void send_json(http::Response& response, std::string body);
void send_text(http::Response& response, int status, const std::string& body);

}  // namespace logsvc::server
