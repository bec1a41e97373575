#include "tls/socket_bio.h"

#include <sys/socket.h>

#include <cerrno>
#include <cstdint>

namespace logsvc::tls {
namespace {

int socket_of(BIO* bio) { return static_cast<int>(reinterpret_cast<intptr_t>(BIO_get_data(bio))); }

bool may_try_again() { return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR; }

int write_bytes(BIO* bio, const char* bytes, int n) {
  BIO_clear_retry_flags(bio);
  const auto size = static_cast<size_t>(n);
  const ssize_t sent = ::send(socket_of(bio), bytes, size, MSG_NOSIGNAL | MSG_DONTWAIT);
  if (sent < 0 && may_try_again()) BIO_set_retry_write(bio);
  return static_cast<int>(sent);
}

int read_bytes(BIO* bio, char* to, int n) {
  BIO_clear_retry_flags(bio);
  const ssize_t got = ::recv(socket_of(bio), to, static_cast<size_t>(n), MSG_DONTWAIT);
  if (got < 0 && may_try_again()) BIO_set_retry_read(bio);
  if (got == 0) BIO_set_flags(bio, BIO_FLAGS_IN_EOF);
  return static_cast<int>(got);
}

long control(BIO* bio, int command, long, void*) {
  if (command == BIO_CTRL_EOF) return BIO_test_flags(bio, BIO_FLAGS_IN_EOF) != 0;
  return command == BIO_CTRL_FLUSH ? 1 : 0;
}

// It is made once, then kept.
const BIO_METHOD* method() {
  static const BIO_METHOD* const kMethod = [] {
    BIO_METHOD* const out = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "socket");
    BIO_meth_set_write(out, write_bytes);
    BIO_meth_set_read(out, read_bytes);
    BIO_meth_set_ctrl(out, control);
    return out;
  }();
  return kMethod;
}

}  // namespace

bool use_socket(SSL& ssl, int socket) {
  BIO* const bio = BIO_new(method());
  if (!bio) return false;
  BIO_set_data(bio, reinterpret_cast<void*>(static_cast<intptr_t>(socket)));
  BIO_set_init(bio, 1);
  SSL_set_bio(&ssl, bio, bio);
  return true;
}

}  // namespace logsvc::tls
