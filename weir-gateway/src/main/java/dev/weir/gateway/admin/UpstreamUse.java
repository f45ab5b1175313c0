package dev.weir.gateway.admin;

/**
 * What one upstream takes of the machine now.
 *
 * @param processes of it, those included that are ready and have served nobody
 * @param sockets to it, streams included
 * @param streams sockets that hold a stream
 * @param connections that somebody uses; none where the server is in this process
 * @param memory what its processes have resident, in bytes, by the mean of some
 */
public record UpstreamUse(int processes, int sockets, int streams, int connections, long memory) {}
