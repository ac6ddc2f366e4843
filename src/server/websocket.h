// WebSockets as a transport of Engine.IO.
#pragma once

#include <memory>
#include <string>

#include "engine.h"
#include "received.h"

namespace csvm::server {

class WebSocket;

/// A WebSocket that has been accepted; the request it came with is gone.
struct Upgraded {
  std::shared_ptr<WebSocket> socket;  // null: it could not be accepted
  std::shared_ptr<EngineServer> engine;
  std::string sid;  // of the polling session to take over; empty: a new one
  Handshake handshake;
};

Task<Upgraded> accept_websocket(std::shared_ptr<EngineServer> engine, ReceivedRequest& request,
                                Parser& parser);

/// Gives the WebSocket to its session, which it then carries by itself.
Task<void> serve_websocket(Upgraded upgraded, std::shared_ptr<Shared> shared);

}  // namespace csvm::server
