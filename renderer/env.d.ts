// Ambient declarations of the page: style sheets, single-file components, the bridge a preload may have given.

declare module '*.css'

declare module '*.vue' {
  import type { DefineComponent } from 'vue'
  const component: DefineComponent
  export default component
}
