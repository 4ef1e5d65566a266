// berth-fakecloud: reads the command line, loads prices and faults, serves.
#include <fcntl.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fstream>
#include <iostream>
#include <sstream>

#include "catalogue.hpp"
#include "cloud.hpp"
#include "encoding.hpp"
#include "faults.hpp"
#include "nspawn.hpp"
#include "server.hpp"

namespace {

// One write(2) a line: the line is in the kernel before the answer leaves.
class LogFile final : public fakecloud::LogSink {
public:
    explicit LogFile(const std::string& path)
        : fd_(::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644)) {
        if (fd_ < 0) throw std::runtime_error("--log " + path + ": " + std::strerror(errno));
    }
    ~LogFile() override { ::close(fd_); }
    LogFile(const LogFile&) = delete;
    LogFile& operator=(const LogFile&) = delete;

    void append(std::string_view line) override {
        std::string text(line);
        text += '\n';
        for (std::size_t done = 0; done < text.size();) {
            const auto wrote = ::write(fd_, text.data() + done, text.size() - done);
            if (wrote < 0 && errno == EINTR) continue;
            if (wrote < 0)
                throw std::runtime_error(std::string("writing the log: ") + std::strerror(errno));
            done += static_cast<std::size_t>(wrote);
        }
    }

private:
    int fd_;
};

std::string read_text(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    if (!in) throw std::runtime_error(path + ": " + std::strerror(errno));
    std::ostringstream out;
    out << in.rdbuf();
    return out.str();
}

// hetzner=TOKEN, digitalocean/ACCOUNT=TOKEN, aws=KEYID:SECRET
fakecloud::Credential read_credential(const std::string& text, bool read_only) {
    const auto bad = [&](const std::string& why) -> std::runtime_error {
        return std::runtime_error("--token " + text + ": " + why +
                                  " (VENDOR[/ACCOUNT]=TOKEN, for aws KEYID:SECRET)");
    };
    const auto equals = text.find('=');
    if (equals == std::string::npos || equals + 1 == text.size()) throw bad("no token");
    fakecloud::Credential out;
    out.vendor = text.substr(0, equals);
    out.token = text.substr(equals + 1);
    out.read_only = read_only;
    if (const auto slash = out.vendor.find('/'); slash != std::string::npos) {
        out.account = out.vendor.substr(slash + 1);
        out.vendor.resize(slash);
    }
    if (out.vendor != "aws" && out.vendor != "digitalocean" && out.vendor != "hetzner")
        throw bad("the vendors are aws, digitalocean, hetzner");
    if (out.vendor == "aws") {
        const auto colon = out.token.find(':');
        if (colon == std::string::npos) throw bad("no secret");
        out.secret = out.token.substr(colon + 1);
        out.token.resize(colon);
    }
    return out;
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App app{
        "berth-fakecloud: AWS, DigitalOcean and Hetzner on loopback, with faults on purpose.\n"
        "It binds loopback addresses only, costs nothing and forgets everything when it ends."};
    std::string listen = "127.0.0.1:0", port_file, log, prices, faults, rate_limits = "real",
                backing = "none";
    auto machine_cache = fakecloud::default_machine_cache().string();
    bool check_backing = false, clean = false;
    std::vector<std::string> tokens, read_only_tokens;
    fakecloud::Options options;
    fakecloud::ServerOptions server;
    app.add_option("--listen", listen, "ADDRESS:PORT on 127.0.0.0/8; port 0 takes any")
        ->capture_default_str();
    app.add_option("--port-file", port_file, "write the port there once it listens");
    app.add_option("--log", log, "append the oracle log (JSON lines) to this file");
    app.add_option("--prices", prices, "folder of the price files (default: the bundled ones)");
    app.add_option("--faults", faults, "fault script; see README.md");
    app.add_option("--seed", options.seed, "for everything that looks like chance")
        ->capture_default_str();
    app.add_option("--boot-ms", options.boot_ms, "create accepted -> running")
        ->capture_default_str();
    app.add_option("--delete-ms", options.delete_ms, "delete accepted -> gone")
        ->capture_default_str();
    app.add_option("--tag-lag-ms", options.tag_lag_ms, "DigitalOcean: create -> tags appear")
        ->capture_default_str();
    app.add_option("--ec2-lag-ms", options.ec2_lag_ms, "EC2: create -> DescribeInstances knows it")
        ->capture_default_str();
    app.add_option("--latency-ms", server.latency_ms, "added to every answer")
        ->capture_default_str();
    app.add_option("--server-limit", options.server_limit, "machines per vendor account")
        ->capture_default_str();
    app.add_option("--rate-limits", rate_limits, "real: the vendors' own; off: none")
        ->check(CLI::IsMember({"real", "off"}))
        ->capture_default_str();
    app.add_option("--ssh-port", server.ssh_port,
                   "each running machine greets on its 127.x.y.z at this port; 0: none")
        ->capture_default_str();
    app.add_flag("--virtual-time", server.virtual_time,
                 "the clouds' clock stands still; POST /_berth/clock {\"advance_ms\": N} moves it");
    app.add_option("--backing", backing, "nspawn: a real machine behind each server; takes root")
        ->check(CLI::IsMember({"none", "nspawn"}))
        ->capture_default_str();
    app.add_option("--machine-cache", machine_cache,
                   "folder of the machines and their image, which scripts/make-machine-image makes")
        ->capture_default_str();
    app.add_flag("--check-backing", check_backing, "can this host run such machines? Then ends");
    app.add_flag("--clean", clean, "ends the machines of a berth-fakecloud that died. Then ends");
    app.add_option("--token", tokens,
                   "one more credential: VENDOR[/ACCOUNT]=TOKEN, aws=KEYID:SECRET");
    app.add_option("--read-only-token", read_only_tokens, "the same, but it may only read");
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? 0 : 2;  // --help is no failure
    }

    std::signal(SIGPIPE, SIG_IGN);
    try {
        const auto cache = std::filesystem::absolute(machine_cache).lexically_normal();
        if (clean) {
            const int left = fakecloud::clean_leftovers(cache);
            std::cout << left << (left == 1 ? " machine was" : " machines were")
                      << " left behind and now gone\n";
            return 0;
        }
        if (check_backing || backing == "nspawn") {
            if (const auto why = fakecloud::why_no_nspawn(cache); !why.empty())
                throw std::runtime_error("--backing nspawn cannot work here: " + why);
            if (check_backing) {
                std::cout << "--backing nspawn works here\n";
                return 0;
            }
            if (server.ssh_port == 0)
                throw std::runtime_error("--backing nspawn needs --ssh-port: where sshd listens");
            fakecloud::clean_leftovers(cache);
        }
        const auto colon = listen.rfind(':');
        const auto port = colon == std::string::npos
                              ? std::nullopt
                              : fakecloud::to_integer(listen.substr(colon + 1));
        if (!port || *port < 0 || *port > 65535)
            throw std::runtime_error("--listen " + listen +
                                     ": expected ADDRESS:PORT, like 127.0.0.1:8080");
        server.address = listen.substr(0, colon);
        server.port = static_cast<std::uint16_t>(*port);
        options.rate_limits = rate_limits == "real";
        options.backed = backing == "nspawn";
        for (const auto& token : tokens)
            options.credentials.push_back(read_credential(token, false));
        for (const auto& token : read_only_tokens)
            options.credentials.push_back(read_credential(token, true));

        const auto catalogue = fakecloud::load_catalogue(
            prices.empty() ? fakecloud::default_price_folder() : std::filesystem::path(prices));
        std::optional<LogFile> log_file;
        if (!log.empty()) log_file.emplace(log);
        fakecloud::Cloud cloud(catalogue, options, log_file ? &*log_file : nullptr);
        if (!faults.empty()) cloud.set_faults(fakecloud::parse_faults(read_text(faults), faults));
        std::optional<fakecloud::NspawnBacking> machines;
        if (options.backed) machines.emplace(cache, server.ssh_port);
        fakecloud::Backing* behind = machines ? &*machines : nullptr;
        fakecloud::serve(cloud, server, behind, [&](std::uint16_t bound) {
            if (!port_file.empty()) {
                // Renamed into place: who waits for the file never reads half a number.
                const auto part = port_file + ".part";
                std::ofstream(part) << bound << "\n";
                std::filesystem::rename(part, port_file);
            }
            std::cout << "berth-fakecloud listening on http://" << server.address << ":" << bound
                      << std::endl;
        });
    } catch (const std::exception& error) {
        std::cerr << "berth-fakecloud: " << error.what() << "\n";
        return 2;
    }
    return 0;
}
