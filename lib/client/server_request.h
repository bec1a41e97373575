// What queries and tails have in common: a request to the server, and what it means if the answer
// is not a success. Keeps no state; safe from any thread.
#pragma once

#include <string>

#include "base/result.h"
#include "client/client_options.h"
#include "net/http_client.h"

namespace logsvc::client {

// Makes a GET of path and query under the address. kIo if the token's file cannot be read.
Result<net::HttpRequest> server_request(const ClientOptions& options, const net::Url& address,
                                        const std::string& target);

// Makes the error of an answer that is not a success: kPermission (401, 403), kIo (5xx), kLimit
// (429), kInvalid (everything else, also a redirection that is not followed), with what the server
// says.
Error refusal_error(const net::HttpAnswer& answer);

// Makes the error of a request that was not answered: kUnavailable, with the server that was asked.
// Errors of the options and cancellation stay as they are.
Error unreachable(const net::Url& address, const Error& error);

}  // namespace logsvc::client
