// Only jest uses babel: for the packages that ship ES modules.
module.exports = require('@jupyterlab/testing/lib/babel-config').default;
