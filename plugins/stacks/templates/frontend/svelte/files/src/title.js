export default <% title.json %>;
