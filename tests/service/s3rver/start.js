// s3rver with one bucket, keeping its objects in a folder: FOLDER [ADDRESS PORT BUCKET KEY SECRET].
// Without the rest it takes any free port, a bucket "leads" and s3rver's own keys.
const fs = require("fs/promises");
const FilesystemStore = require("s3rver/lib/stores/filesystem");
const S3rver = require("s3rver");
const { DUMMY_ACCOUNT } = require("s3rver/lib/models/account");

// Its own removes folders that became empty, also one that another request has just made and is
// about to write to: that ends the process.
FilesystemStore.prototype.deleteObject = async function (bucket, key) {
  const files = ["object", "object.md5", "metadata.json"];
  await Promise.all(
    files.map((kind) => fs.rm(this.getResourcePath(bucket, key, kind), { force: true })),
  );
};

const [directory, address = "127.0.0.1", port = 0, bucket = "leads", key, secret] =
  process.argv.slice(2);
if (key) DUMMY_ACCOUNT.createKeyPair(key, secret);
new S3rver({
  port: Number(port),
  address,
  silent: true,
  directory,
  vhostBuckets: false,
  configureBuckets: [{ name: bucket }],
})
  .run()
  .then((at) => console.log(`s3rver listens on http://${at.address}:${at.port}`));
