/**
 * Starts Hudson as its own main class does, in a machine that says it is Sun's: XStream 1.3.1, which Hudson writes its
 * files with, asks for that before it makes objects without a constructor, and Hudson does not start where it does not.
 */
public class Hudson {
    public static void main(String[] arguments) throws Exception {
        System.setProperty("java.vm.vendor", "Sun Microsystems Inc.");
        Class.forName("Main").getMethod("main", String[].class).invoke(null, (Object) arguments);
    }
}
