// URLs as they may be shown: in logs, on pages, in metrics, in files.
#pragma once

#include <string>
#include <string_view>

namespace logsvc {

// The text, a URL or one that has some in it, without what stands before the @ of their hosts:
// http://ann:secret@host/path becomes http://host/path. Rather too much is left out than a
// password shown, if a URL is not well formed.
std::string without_url_secrets(std::string_view text);

}  // namespace logsvc
