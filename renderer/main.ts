// The page's entry: styles, the bridge to the worker, the one store, the window.

import { createApp } from 'vue'
import 'splitpanes/dist/splitpanes.css'
import './styles/tokens.css'
import './styles/base.css'
import App from './App.vue'
import { connect } from './bridge.ts'
import { applyTheme } from './preferences.ts'
import { createSession, sessionKey } from './session.ts'

applyTheme()
createApp(App).provide(sessionKey, createSession(connect())).mount('#app')
