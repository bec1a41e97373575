#include "http/reply_writer.h"

#include <httplib.h>

#include <algorithm>
#include <cstdio>
#include <cstring>

namespace logsvc::http {
namespace {

// Gives the library the head that we wrote, and the sink what the library writes.
class Reply : public httplib::Stream {
 public:
  Reply(std::string head, Response& response, const ReplyWriter::Form& form, const ByteSink& sink)
      : response(response), form(form), head_(std::move(head)), sink_(sink) {}

  bool is_readable() const override { return read_ < head_.size(); }
  bool is_writable() const override { return !broken_; }
  ssize_t read(char* to, size_t n) override {
    const size_t taken = std::min(n, head_.size() - read_);
    std::memcpy(to, head_.data() + read_, taken);
    read_ += taken;
    return static_cast<ssize_t>(taken);
  }
  ssize_t write(const char* from, size_t n) override {
    if (!broken_ && !sink_({from, n})) broken_ = true;
    return broken_ ? -1 : static_cast<ssize_t>(n);
  }
  void get_remote_ip_and_port(std::string&, int&) const override {}
  void get_local_ip_and_port(std::string&, int&) const override {}
  socket_t socket() const override { return INVALID_SOCKET; }
  // Later releases of the library call these.
  bool wait_readable() const { return is_readable(); }
  bool wait_writable() const { return is_writable(); }
  time_t duration() const { return 0; }
  bool broken() const { return broken_; }

  Response& response;
  const ReplyWriter::Form& form;

 private:
  const std::string head_;
  size_t read_ = 0;
  const ByteSink& sink_;
  bool broken_ = false;
};

// The reply that this thread's call of the library is about.
thread_local Reply* current = nullptr;

// Bodies that the library would copy, or would ask for while it believes that it shuts down, are
// sent by us after the head that it writes.
bool is_ours_to_send(const Response& response) {
  return response.produce || !response.static_body.empty();
}

void fill(httplib::Response& out, Response& response, bool chunks) {
  out.status = response.status;
  const bool ours = is_ours_to_send(response);
  for (const auto& [name, value] : response.headers) {
    if (!ours || name != "Content-Type") out.set_header(name.c_str(), value);
  }
  out.set_header("Accept-Ranges", "none");
  if (!ours) {
    out.body = std::move(response.body);
    return;
  }
  const auto never_asked = [](size_t, auto&&...) { return false; };
  const std::string& type = response.header("Content-Type");
  if (!response.produce) {
    out.set_content_provider(response.static_body.size(), type, never_asked);
  } else if (chunks) {
    out.set_chunked_content_provider(type, never_asked);
  } else {
    out.set_content_provider(type, never_asked);
  }
}

bool send_chunks(const Response::Producer& produce, bool framed, const ByteSink& sink) {
  std::string piece;
  while (true) {
    piece.clear();
    if (!produce(piece)) return false;
    if (!framed) {
      if (piece.empty()) return true;
      if (!sink(piece)) return false;
      continue;
    }
    char size[20];
    const int n = std::snprintf(size, sizeof size, "%zx\r\n", piece.size());
    const bool sent = sink({size, static_cast<size_t>(n)}) && sink(piece) && sink("\r\n");
    if (!sent || piece.empty()) return sent;
  }
}

}  // namespace

class ReplyWriter::Library : public httplib::Server {
 public:
  explicit Library(int keep_alive_s) {
    set_keep_alive_timeout(keep_alive_s);
    set_keep_alive_max_count(1'000'000);
    set_pre_routing_handler([](const httplib::Request&, httplib::Response& out) {
      fill(out, current->response, current->form.chunks);
      return HandlerResponse::Handled;
    });
  }

  // The signature of process_request grew in later releases.
  template <typename Self = Library>
  bool process(httplib::Stream& stream, bool close) {
    Self* self = this;
    bool closed = false;
    const std::function<void(httplib::Request&)> setup = [](httplib::Request&) {};
    if constexpr (requires { self->process_request(stream, close, closed, setup); }) {
      return self->process_request(stream, close, closed, setup);
    } else {
      return self->process_request(stream, "", 0, "", 0, close, closed, setup);
    }
  }
};

ReplyWriter::ReplyWriter(int keep_alive_s) : library_(std::make_unique<Library>(keep_alive_s)) {}
ReplyWriter::~ReplyWriter() = default;

bool ReplyWriter::write(Response response, const Form& form, const ByteSink& sink) const {
  const bool ours = is_ours_to_send(response);
  const std::string head =
      std::string(form.head_only || ours ? "HEAD" : "GET") + " / HTTP/1.1\r\nHost: -\r\n\r\n";
  Reply reply(head, response, form, sink);
  current = &reply;
  const bool done = library_->process(reply, form.close);
  current = nullptr;
  if (!done || reply.broken()) return false;
  if (form.head_only || !ours) return true;
  return response.produce ? send_chunks(response.produce, form.chunks, sink)
                          : sink(response.static_body);
}

}  // namespace logsvc::http
