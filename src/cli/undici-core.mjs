// What the box needs of undici, without its fetch, WebSockets, caches and mocks: 12 MB of resident memory less. The bundle of
// the box puts this in the place of the package; from the sources the whole package is loaded.
import api from '../../node_modules/undici/lib/api/index.js';
import Agent from '../../node_modules/undici/lib/dispatcher/agent.js';
import Dispatcher from '../../node_modules/undici/lib/dispatcher/dispatcher.js';
import ProxyAgent from '../../node_modules/undici/lib/dispatcher/proxy-agent.js';

// As undici's own entry does.
Object.assign(Dispatcher.prototype, api);

export { Agent, ProxyAgent };
