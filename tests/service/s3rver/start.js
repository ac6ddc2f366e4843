// s3rver on any free port with one bucket, keeping its objects in the folder that is named.
const S3rver = require("s3rver");

new S3rver({
  port: 0,
  address: "127.0.0.1",
  silent: true,
  directory: process.argv[2],
  configureBuckets: [{ name: "leads" }],
})
  .run()
  .then(({ address, port }) => console.log(`s3rver listens on http://${address}:${port}`));
