package dev.weir.gateway.journal;

import dev.weir.gateway.call.Trace;
import dev.weir.mcp.Envelope;

/** One request that is followed. Belongs to the thread of the request. */
public interface Followed extends Note {
  /** That nobody follows. */
  Followed NONE =
      new Followed() {
        @Override
        public Trace trace() {
          return Trace.NONE;
        }

        @Override
        public void joined(String session) {}

        @Override
        public void status(int status) {}

        @Override
        public void sent(Envelope message) {}

        @Override
        public void close() {}
      };

  /** For what is done for it. */
  Trace trace();
}
