# csv-merger as an image of the program, the libraries that it needs, and nothing else: no shell, no
# package manager. tools/container.sh builds it without a container engine too.
ARG BASE=docker.io/library/debian:bookworm-slim

FROM ${BASE} AS build
# npm's registry, where it is not the usual one.
ARG NPM_CONFIG_REGISTRY=
ENV CCACHE_BASEDIR=/src CCACHE_NOHASHDIR=1
WORKDIR /src
COPY tools/install_dependencies.sh tools/
RUN apt-get update && \
    DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends nodejs npm && \
    tools/install_dependencies.sh build
COPY . .
# One compiler takes up to 2 GB; JOBS=1 where there is less.
ARG JOBS=
# npm's further authorities, where a proxy has one of its own; a file in the build stage.
ARG NODE_EXTRA_CA_CERTS=
RUN cmake --preset release -DBUILD_TESTING=OFF && \
    cmake --build --preset release --target csv-merger ${JOBS:+-j $JOBS} && \
    tools/runtime_tree.sh build/release/csv-merger /runtime

FROM scratch
COPY --from=build /runtime /
ENV HOST=0.0.0.0 PORT=8080 DATA_DIR=/data TMPDIR=/data LOG_FORMAT=json
USER 10001:10001
# The one place that is written to; the root may be read-only.
VOLUME /data
EXPOSE 8080
STOPSIGNAL SIGTERM
# For `serve`; switch it off for `worker`, which does not listen.
HEALTHCHECK --interval=15s --timeout=10s --start-period=15s --retries=3 CMD ["/usr/bin/csv-merger", "health"]
ENTRYPOINT ["/usr/bin/csv-merger"]
CMD ["serve"]
