// Makes URLs fit to be shown: in logs, on pages, in metrics, in files.
#pragma once

#include <string>
#include <string_view>

namespace logsvc {

// Returns the text, a URL or one that contains some, without what stands before the @ of their
// hosts: http://ann:secret@host/path becomes http://host/path. If a URL is malformed, it leaves out
// too much rather than show a password.
std::string without_url_secrets(std::string_view text);

}  // namespace logsvc
