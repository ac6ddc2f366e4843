// Only what the page uses; `this` in components is Alpine's and stays unchecked.
declare const Alpine: {
  data(name: string, make: () => object): void
  store(name: string, value?: object): any
  start(): void
  destroyTree(root: Element): void
}
export default Alpine
