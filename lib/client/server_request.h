// What queries and tails have in common: a request to the server, and what it means if it is not
// answered as it should be. Nothing is kept; safe from any thread.
#pragma once

#include <string>

#include "base/result.h"
#include "client/client_options.h"
#include "net/http_client.h"

namespace logsvc::client {

// A GET of what lies under the address: path and query. kIo if the token's file cannot be read.
Result<net::HttpRequest> server_request(const ClientOptions& options, const net::Url& address,
                                        const std::string& target);

// Of an answer that is no success: kPermission (401, 403), kIo (5xx), kLimit (429), kInvalid (all
// else, also a redirection that is not followed), with what the server says.
Error refusal_error(const net::HttpAnswer& answer);

// Of a request that was not answered: kUnavailable, with the server that was asked. What is wrong
// with the options, or was cancelled, stays as it is.
Error unreachable(const net::Url& address, const Error& error);

}  // namespace logsvc::client
