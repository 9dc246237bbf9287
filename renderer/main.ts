// The page's entry: styles, the bridge to the worker, the one store, the window.

import { createApp } from 'vue'
import 'splitpanes/dist/splitpanes.css'
import './styles/tokens.css'
import './styles/base.css'
import App from './App.vue'
import { connect } from './bridge.ts'
import { comparingKey, createComparing } from './compare/comparing.ts'
import { applyTheme } from './preferences.ts'
import { createSession, sessionKey } from './session.ts'

applyTheme()
const session = createSession(connect())
createApp(App).provide(sessionKey, session).provide(comparingKey, createComparing(session)).mount('#app')

// Paper does not wait: a font that only it uses has to be there before, or its text is not seen.
for (const face of document.fonts) face.load().catch(() => undefined)
