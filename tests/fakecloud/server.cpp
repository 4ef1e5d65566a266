#include "server.hpp"

#include <sys/resource.h>

#include <boost/asio.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <chrono>
#include <iostream>
#include <map>
#include <memory>
#include <set>
#include <stdexcept>

#include "backing.hpp"
#include "encoding.hpp"

namespace fakecloud {

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using tcp = asio::ip::tcp;

std::int64_t wall_ms() {
    using namespace std::chrono;
    return duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
}

struct Shared {
    Cloud& cloud;
    const ServerOptions& options;
    std::int64_t last_ms = 0;
    std::int64_t now() {  // never backwards
        if (!options.virtual_time || last_ms == 0) last_ms = std::max(last_ms, wall_ms());
        return last_ms;
    }
};

class Connection : public std::enable_shared_from_this<Connection> {
public:
    Connection(tcp::socket socket, Shared& shared)
        : stream_(std::move(socket)), timer_(stream_.get_executor()), shared_(shared) {}

    void read() {
        parser_.emplace();
        parser_->body_limit(8 * 1024 * 1024);
        http::async_read(stream_, buffer_, *parser_,
                         [self = shared_from_this()](beast::error_code error, std::size_t) {
                             if (!error) self->answer();
                         });
    }

private:
    void answer() {
        const auto& message = parser_->get();
        Request request;
        request.method = std::string(message.method_string());
        request.target = std::string(message.target());
        for (const auto& header : message)
            request.headers.emplace_back(std::string(header.name_string()),
                                         std::string(header.value()));
        request.body = message.body();
        keep_ = message.keep_alive();
        version_ = message.version();
        head_ = message.method() == http::verb::head;
        response_ = shared_.cloud.answer(request, shared_.now());
        const auto wait = shared_.options.latency_ms + response_.delay_ms;
        if (wait <= 0) return write();
        timer_.expires_after(std::chrono::milliseconds(wait));
        timer_.async_wait([self = shared_from_this()](beast::error_code error) {
            if (!error) self->write();
        });
    }

    void write() {
        if (response_.dropped) return reset();
        auto out = std::make_shared<http::response<http::string_body>>();
        out->version(version_);
        out->result(static_cast<unsigned>(response_.status));
        out->set(http::field::server, "berth-fakecloud");
        if (!response_.content_type.empty())
            out->set(http::field::content_type, response_.content_type);
        for (const auto& [name, value] : response_.headers) out->set(name, value);
        out->keep_alive(keep_ && !response_.cut);
        const auto whole = response_.body.size();
        if (!head_) out->body() = response_.body.substr(0, response_.cut ? whole / 2 : whole);
        if (response_.status != 204) out->content_length(whole);
        http::async_write(stream_, *out,
                          [self = shared_from_this(), out](beast::error_code error, std::size_t) {
                              if (error) return;
                              if (out->keep_alive()) return self->read();
                              beast::error_code ignored;
                              self->stream_.socket().shutdown(tcp::socket::shutdown_send, ignored);
                          });
    }

    // A connection that dies, not one that ends: the other side sees a reset.
    void reset() {
        beast::error_code ignored;
        stream_.socket().set_option(asio::socket_base::linger(true, 0), ignored);
        stream_.socket().close(ignored);
    }

    beast::tcp_stream stream_;
    asio::steady_timer timer_;
    Shared& shared_;
    beast::flat_buffer buffer_;
    std::optional<http::request_parser<http::string_body>> parser_;
    Response response_;
    bool keep_ = true, head_ = false;
    unsigned version_ = 11;
};

void accept_http(tcp::acceptor& acceptor, Shared& shared) {
    acceptor.async_accept([&](beast::error_code error, tcp::socket socket) {
        if (!acceptor.is_open()) return;
        if (!error) {
            beast::error_code ignored;
            socket.set_option(tcp::no_delay(true), ignored);
            std::make_shared<Connection>(std::move(socket), shared)->read();
        }
        accept_http(acceptor, shared);
    });
}

// One listener for each running machine's address, opened and closed as machines come and go.
class SshPorts {
public:
    SshPorts(asio::io_context& io, Shared& shared) : io_(io), timer_(io), shared_(shared) {
        look();
    }

private:
    using Port = std::shared_ptr<tcp::acceptor>;

    void look() {
        const auto now = shared_.now();
        shared_.cloud.advance(now);
        std::set<std::string> up;
        for (auto& address : shared_.cloud.reachable_addresses(now)) up.insert(std::move(address));
        for (auto it = ports_.begin(); it != ports_.end();) {
            if (up.count(it->first) > 0) {
                ++it;
                continue;
            }
            beast::error_code ignored;
            if (it->second) it->second->close(ignored);
            it = ports_.erase(it);
        }
        for (const auto& address : up)
            if (ports_.count(address) == 0) open(address);
        timer_.expires_after(std::chrono::milliseconds(50));
        timer_.async_wait([this](beast::error_code error) {
            if (!error) look();
        });
    }

    void open(const std::string& address) {
        auto port = std::make_shared<tcp::acceptor>(io_);
        beast::error_code error;
        const tcp::endpoint where(asio::ip::make_address_v4(address), shared_.options.ssh_port);
        port->open(where.protocol(), error);
        if (!error) port->set_option(asio::socket_base::reuse_address(true), error);
        if (!error) port->bind(where, error);
        if (!error) port->listen(16, error);
        if (error) {
            std::cerr << "berth-fakecloud: no ssh port at " << where << ": " << error.message()
                      << "\n";
            port.reset();  // kept as "tried", so that it is said once
        }
        ports_[address] = port;
        if (port) greet(port);
    }

    void greet(const Port& port) {
        port->async_accept([this, port](beast::error_code error, tcp::socket socket) {
            if (!port->is_open()) return;
            if (!error) {
                auto open_socket = std::make_shared<tcp::socket>(std::move(socket));
                static const std::string greeting = "SSH-2.0-berth-fakecloud\r\n";
                asio::async_write(*open_socket, asio::buffer(greeting),
                                  [open_socket](beast::error_code, std::size_t) {});
            }
            greet(port);
        });
    }

    asio::io_context& io_;
    asio::steady_timer timer_;
    Shared& shared_;
    std::map<std::string, Port> ports_;
};

class BackingTimer {
public:
    BackingTimer(asio::io_context& io, Shared& shared, Backing& backing)
        : machines_(shared.cloud, backing), timer_(io), shared_(shared) {
        look();
    }

private:
    void look() {
        const auto now = shared_.now();
        shared_.cloud.advance(now);
        machines_.look(now);
        timer_.expires_after(std::chrono::milliseconds(20));
        timer_.async_wait([this](beast::error_code error) {
            if (!error) look();
        });
    }

    BackedMachines machines_;
    asio::steady_timer timer_;
    Shared& shared_;
};

void allow_many_files() {
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
}

}  // namespace

void serve(Cloud& cloud, const ServerOptions& options, Backing* backing,
           const std::function<void(std::uint16_t)>& ready) {
    allow_many_files();
    asio::io_context io(1);
    Shared shared{cloud, options};
    beast::error_code error;
    const auto address = asio::ip::make_address_v4(options.address, error);
    if (error || !address.is_loopback())
        throw std::runtime_error("--listen " + options.address +
                                 ": only loopback addresses (127.0.0.0/8) are allowed");
    tcp::acceptor acceptor(io);
    const tcp::endpoint where(address, options.port);
    acceptor.open(where.protocol());
    acceptor.set_option(asio::socket_base::reuse_address(true));
    acceptor.bind(where, error);
    if (error)
        throw std::runtime_error("cannot listen on " + options.address + ":" +
                                 std::to_string(options.port) + ": " + error.message());
    acceptor.listen(1024);
    asio::signal_set signals(io, SIGTERM, SIGINT);
    signals.async_wait([&](beast::error_code, int) { io.stop(); });
    std::optional<SshPorts> ssh_ports;
    std::optional<BackingTimer> backing_timer;
    if (backing != nullptr)
        backing_timer.emplace(io, shared, *backing);  // their sshd is a real one
    else if (options.ssh_port != 0)
        ssh_ports.emplace(io, shared);
    accept_http(acceptor, shared);
    ready(acceptor.local_endpoint().port());
    io.run();
}

}  // namespace fakecloud
